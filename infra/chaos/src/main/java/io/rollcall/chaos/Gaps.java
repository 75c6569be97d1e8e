package io.rollcall.chaos;

import io.rollcall.local.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long the job stood still while a part was broken; pure. A wait counts where it overlaps: from a fault to the
 * next.
 */
final class Gaps {

    private final Collection<Receipt> receipts;
    private final Map<String, Instant> shownAt = new HashMap<>();

    /** Waits are told from the receipts of the webhooks and from the frames that the subscriber got. */
    Gaps(Collection<Receipt> receipts, List<Evidence.Entry> history, List<Evidence.Frame> frames) {
        this.receipts = receipts;
        var webhooks = new HashMap<String, String>();
        history.forEach(entry -> {
            if (entry.livekitEventId() != null) {
                webhooks.put(entry.id(), entry.livekitEventId());
            }
        });
        for (Evidence.Frame frame : frames) {
            String webhook = webhooks.get(frame.id());
            if (webhook != null) {
                // One webhook may have led to several facts: the last of them shows all of it.
                shownAt.merge(webhook, frame.at(), (one, other) -> one.isAfter(other) ? one : other);
            }
        }
    }

    /** The longest time from the first attempt to deliver a webhook to its acknowledgement. */
    Duration unacknowledged(Instant from, @Nullable Instant to) {
        return receipts.stream()
                .filter(receipt -> receipt.acknowledgedAt() != null)
                .filter(receipt ->
                        overlaps(receipt.firstAttemptAt(), Objects.requireNonNull(receipt.acknowledgedAt()), from, to))
                .map(Receipt::unacknowledgedFor)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** The longest time from the first attempt to deliver a webhook to the frame that shows it. */
    Duration unseen(Instant from, @Nullable Instant to) {
        return receipts.stream()
                .filter(receipt -> shownAt.containsKey(receipt.webhook().id()))
                .filter(receipt -> overlaps(receipt.firstAttemptAt(), shown(receipt), from, to))
                .map(receipt -> Duration.between(receipt.firstAttemptAt(), shown(receipt)))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private Instant shown(Receipt receipt) {
        return Objects.requireNonNull(shownAt.get(receipt.webhook().id()));
    }

    private static boolean overlaps(Instant begin, Instant end, Instant from, @Nullable Instant to) {
        return !end.isBefore(from) && (to == null || begin.isBefore(to));
    }
}
