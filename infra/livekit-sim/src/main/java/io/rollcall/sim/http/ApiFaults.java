package io.rollcall.sim.http;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** How the room API is made to fail. The first fault that fits a call decides. */
public final class ApiFaults {

    private final List<Active> faults = new CopyOnWriteArrayList<>();

    /** What becomes of a call. */
    public enum Outcome {
        /** It is answered as ever. */
        ANSWER,
        /** 503 in Twirp's form. */
        UNAVAILABLE,
        /** 500 in Twirp's form. */
        INTERNAL,
        /** 502 in plain text, as from a proxy before LiveKit. */
        BAD_GATEWAY,
        /** The connection is cut and nothing is done. */
        CUT,
        /** Everything is done, and the connection cut instead of an answer. */
        LOSE_ANSWER,
        /** Nothing is done, and no answer comes. */
        HANG
    }

    /**
     * Which calls fail, and how.
     *
     * @param methods such as {@code CreateRoom}; empty for all
     * @param rate what share of them, by chance
     * @param times how many at most; 0 for any number
     * @param seed what the chance begins with
     * @param latency how long the call takes before its outcome
     */
    public record Fault(Set<String> methods, double rate, int times, long seed, Duration latency, Outcome outcome) {}

    private static final class Active {

        private final Fault fault;
        private final Random chance;
        private int applied;

        private Active(Fault fault) {
            this.fault = fault;
            this.chance = new Random(fault.seed());
        }

        private synchronized boolean applies(String method) {
            if (!fault.methods().isEmpty() && !fault.methods().contains(method)) {
                return false;
            }
            if (fault.times() > 0 && applied >= fault.times()) {
                return false;
            }
            if (fault.rate() < 1 && chance.nextDouble() >= fault.rate()) {
                return false;
            }
            applied++;
            return true;
        }
    }

    /** From now on calls fail so, too. */
    public void add(Fault fault) {
        faults.add(new Active(fault));
    }

    /** From now on every call is answered. */
    public void clear() {
        faults.clear();
    }

    @Nullable
    Fault next(String method) {
        return faults.stream()
                .filter(fault -> fault.applies(method))
                .findFirst()
                .map(active -> active.fault)
                .orElse(null);
    }
}
