package io.rollcall.session.reservations.http;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Deadline;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.session.reservations.wire.QuotaProtocol;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What Idempotency-Keys were first used for. It is kept where nothing but the key leads, by a command for nothing: the
 * same key may come with a body that names another agency, or for a camera that has another one now, and its decider
 * cannot know.
 */
final class FirstUses {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 20;

    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final QuotaProtocol protocol = new QuotaProtocol();

    FirstUses(CommandClient<QuotaCommand, QuotaEvent> commands) {
        this.commands = commands;
    }

    /** What the key of a request was first used for, if it was; fails when that was another body. */
    CompletableFuture<Optional<FirstAnswer>> of(CommandHeader header, Deadline within) {
        return asked(header, false, "", within, ATTEMPTS).thenApply(answer -> {
            if (answer.getOutcome() == Outcome.REFUSED) {
                throw CommandIds.reused();
            }
            return Optional.ofNullable(FirstAnswer.in(answer));
        });
    }

    /** Keeps this for the key of a request, unless something is kept; empty when that was for another body. */
    CompletableFuture<Optional<FirstAnswer>> keep(CommandHeader header, FirstAnswer ours, Deadline within) {
        return asked(header, true, ours.note(), within, ATTEMPTS)
                .thenApply(answer -> answer.getOutcome() == Outcome.REFUSED
                        ? Optional.empty()
                        : Optional.of(Objects.requireNonNullElse(FirstAnswer.in(answer), ours)));
    }

    /** What is known of the key; refused when it was used for another body. */
    private CompletableFuture<Answer> asked(
            CommandHeader header, boolean keep, String note, Deadline within, int attempts) {
        CommandHeader ours = CommandHeader.newBuilder(header)
                .setCommandId(header.getCommandId() + "-body")
                // All who wait for this command's id hear every answer to it: this tells which body it is about.
                .setCorrelationId(header.getCorrelationId() + "/" + header.getFingerprint())
                .setRepeatable(keep)
                .setNote(note)
                .build();
        int where = ReservationIds.partitionOf(header.getCommandId(), commands.partitions());
        return commands.send(where, ours.getCommandId(), ours, protocol.nothing(ours), within)
                .thenCompose(event -> {
                    Answer answer = event.getAnswer();
                    if (answer == null || !isAbout(header, event) || (keep && isOfAQuestion(answer))) {
                        return attempts > 1
                                ? asked(header, keep, note, within, attempts - 1)
                                : CompletableFuture.failedFuture(tooMany());
                    }
                    return CompletableFuture.completedFuture(answer);
                });
    }

    private static boolean isAbout(CommandHeader header, QuotaEvent event) {
        return event.getCorrelationId().endsWith("/" + header.getFingerprint());
    }

    /** Nothing was kept when it was asked, and nothing has been by that. */
    private static boolean isOfAQuestion(Answer answer) {
        return answer.getOutcome() != Outcome.REFUSED && answer.getReason().isEmpty();
    }

    static UnavailableException tooMany() {
        return new UnavailableException(
                "Too many come with this " + CommandIds.HEADER + " at once; try again in a moment.", RETRY_AFTER);
    }
}
