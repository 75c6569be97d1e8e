package io.rollcall.session.cameras.ptz;

import io.rollcall.schemas.commands.CommandHeader;
import org.jspecify.annotations.Nullable;

/**
 * A request to move a camera.
 *
 * @param header who asks
 * @param userId whom the request names
 * @param command its word, as {@code pan_left}
 * @param speed 0 to 1
 * @param preset null unless it goes to one
 */
public record PtzOrder(
        CommandHeader header,
        String userId,
        String command,
        double speed,
        @Nullable Integer preset,
        Motion motion) {}
