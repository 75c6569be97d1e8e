package io.rollcall.session.cameras.http;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandHeaders;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.web.BodyLimit;
import io.rollcall.schemas.commands.CommandHeader;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What the commands of a request say about themselves. */
public final class CameraHeaders {

    /** How long the body of an import may be: 10 MiB. */
    public static final BodyLimit IMPORT_LIMIT = new BodyLimit("POST", CamerasController.IMPORT, 10L * 1024 * 1024);

    private final CommandIds ids;
    private final InstantSource clock;

    /** With the ids and the clock of this service. */
    public CameraHeaders(CommandIds ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** Of the one command, or the first of the commands, of a request. */
    CommandHeader of(Caller caller, HttpServletRequest request, String path, @Nullable String key) {
        CommandIds.Ids named = ids.of(caller.id(), request.getMethod(), path, key);
        return CommandHeaders.asked(caller, request, clock.instant(), named).build();
    }

    /** Of another command of the same request: the same one when the request comes again. */
    static CommandHeader next(CommandHeader first, String name) {
        return CommandHeader.newBuilder(first)
                .setCommandId(first.getCommandId() + "-" + name)
                .build();
    }
}
