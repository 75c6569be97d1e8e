package io.rollcall.sim.webhooks;

import io.rollcall.sim.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import livekit.LivekitWebhook.WebhookEvent;
import org.jspecify.annotations.Nullable;

/**
 * What is done to webhooks between the node that tells them and the queues that send them. Without rules every event
 * passes as it is. The first rule that fits an event decides.
 */
public final class Tampering {

    /** A postponed event goes at the latest now, also when nothing comes that could go before it. */
    private static final Duration LONGEST_POSTPONEMENT = Duration.ofSeconds(5);

    private final Consumer<Parcel> onward;
    private final Timer timer;
    private final List<Active> rules = new ArrayList<>();
    private final List<Postponed> postponed = new ArrayList<>();

    /** Hands what is left of the events to {@code onward}. */
    public Tampering(Consumer<Parcel> onward, Timer timer) {
        this.onward = onward;
        this.timer = timer;
    }

    /** What happens to an event. */
    public sealed interface Action {

        /** It is never sent. */
        record Drop() implements Action {}

        /** It is sent as often as this, each time with the same id and token. */
        record Repeat(int copies) implements Action {}

        /** It and all behind it in its queue wait; events of other queues overtake them. */
        record Delay(Duration least, Duration most) implements Action {}

        /** So many events of the same queue that come after it go before it. */
        record Postpone(int by) implements Action {}
    }

    /**
     * Which events something happens to.
     *
     * @param events their names; empty for all
     * @param room of this room only; null for all
     * @param identity of this participant only; null for all
     * @param rate what share of them, by chance
     * @param times how many at most; 0 for any number
     * @param seed what the chance begins with: the same seed decides the same
     */
    public record Rule(
            Set<String> events,
            @Nullable String room,
            @Nullable String identity,
            double rate,
            int times,
            long seed,
            Action action) {

        private boolean fits(WebhookEvent event) {
            return (events.isEmpty() || events.contains(event.getEvent()))
                    && (room == null || room.equals(event.getRoom().getName()))
                    && (identity == null
                            || identity.equals(event.getParticipant().getIdentity()));
        }
    }

    private static final class Active {

        private final Rule rule;
        private final Random chance;
        private int applied;

        private Active(Rule rule) {
            this.rule = rule;
            this.chance = new Random(rule.seed());
        }

        private boolean applies(WebhookEvent event) {
            if (!rule.fits(event) || (rule.times() > 0 && applied >= rule.times())) {
                return false;
            }
            if (rule.rate() < 1 && chance.nextDouble() >= rule.rate()) {
                return false;
            }
            applied++;
            return true;
        }

        private Duration between(Duration least, Duration most) {
            long spread = most.toMillis() - least.toMillis();
            return spread <= 0 ? least : least.plusMillis(chance.nextLong(spread + 1));
        }
    }

    private static final class Postponed {

        private final Parcel parcel;
        private int left;

        private Postponed(Parcel parcel, int left) {
            this.parcel = parcel;
            this.left = left;
        }
    }

    /** From now on this happens too. */
    public synchronized void add(Rule rule) {
        rules.add(new Active(rule));
    }

    /** From now on nothing happens; what was postponed goes. */
    public synchronized void clear() {
        rules.clear();
        postponed.forEach(waiting -> onward.accept(waiting.parcel));
        postponed.clear();
    }

    /** What was postponed is gone with the process. */
    public synchronized void forgetAll() {
        postponed.clear();
    }

    /** Takes the next event that the node tells. */
    public synchronized void accept(WebhookEvent event) {
        Parcel parcel = Parcel.of(event);
        Active rule = rules.stream().filter(it -> it.applies(event)).findFirst().orElse(null);
        if (rule == null) {
            pass(parcel);
            return;
        }
        switch (rule.rule.action()) {
            case Action.Drop() -> {}
            case Action.Repeat(int copies) -> pass(new Parcel(event, copies, Duration.ZERO));
            case Action.Delay(Duration least, Duration most) -> pass(new Parcel(event, 1, rule.between(least, most)));
            case Action.Postpone(int by) -> postpone(new Postponed(parcel, by));
        }
    }

    private void pass(Parcel parcel) {
        onward.accept(parcel);
        Iterator<Postponed> each = postponed.iterator();
        while (each.hasNext()) {
            Postponed waiting = each.next();
            if (waiting.parcel.queue().equals(parcel.queue())) {
                waiting.left--;
                if (waiting.left <= 0) {
                    each.remove();
                    onward.accept(waiting.parcel);
                }
            }
        }
    }

    private void postpone(Postponed waiting) {
        postponed.add(waiting);
        timer.after(LONGEST_POSTPONEMENT, () -> release(waiting));
    }

    private synchronized void release(Postponed waiting) {
        if (postponed.remove(waiting)) {
            onward.accept(waiting.parcel);
        }
    }
}
