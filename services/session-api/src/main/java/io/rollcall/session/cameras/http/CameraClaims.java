package io.rollcall.session.cameras.http;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.session.cameras.wire.CameraCommands;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Finds out who of all that come with one Idempotency-Key, at whatever instance, is the first. */
final class CameraClaims {

    private static final int ATTEMPTS = 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CommandClient<CameraCommand, CameraEvent> commands;

    CameraClaims(CommandClient<CameraCommand, CameraEvent> commands) {
        this.commands = commands;
    }

    /**
     * Claims a request; waits for the answer.
     *
     * @return whether nobody has before
     * @throws UnavailableException when nobody answers
     */
    boolean isFirst(CommandHeader header, String id) {
        // All who wait for this command's id hear every answer to it: ours is told by what only we have sent. The very
        // first answer is heard by whom it is for, who has been waiting since before there was any.
        CommandHeader ours = CommandHeader.newBuilder(header)
                .setCorrelationId(header.getCorrelationId() + "/" + UUID.randomUUID())
                .build();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            CameraEvent event = waited(commands.send(id, ours, CameraCommands.claim(ours, id)));
            if (event.getCorrelationId().equals(ours.getCorrelationId())) {
                Answer answer = Objects.requireNonNull(event.getAnswer());
                if (answer.getReason().equals(Reasons.KEY_REUSED)) {
                    throw CommandIds.reused();
                }
                return !answer.getRepeated();
            }
        }
        throw new UnavailableException("Too many come with this key at once; try again in a moment.", RETRY_AFTER);
    }

    /**
     * What comes of a command, or of anything else that is asked for.
     *
     * @throws UnavailableException when nothing does
     */
    static <T> T waited(CompletableFuture<T> sent) {
        try {
            return sent.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UnavailableException away ? away : e;
        }
    }
}
