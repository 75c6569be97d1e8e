package io.rollcall.chaos;

import io.rollcall.local.TrialStack;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A fault that was.
 *
 * @param readyAfter how long the part was not ready for, the fault's own time included
 */
record Struck(String title, Instant at, Duration readyAfter) {

    private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(2);

    /** Does it, and returns when the part is ready again. */
    static Struck by(Fault fault, TrialStack trial, PrintStream out) throws InterruptedException, TimeoutException {
        long pid = trial.stack().pid(fault.part());
        Instant at = Instant.now();
        out.println(fault.title());
        fault.strike(trial.stack());
        while (!((!fault.ends() || restarted(trial, fault.part(), pid))
                && trial.stack().ready(fault.part()))) {
            if (Duration.between(at, Instant.now()).compareTo(RECOVERS_WITHIN) > 0) {
                throw new TimeoutException(fault.part() + " is not ready again");
            }
            Thread.sleep(50);
        }
        return new Struck(fault.title(), at, Duration.between(at, Instant.now()));
    }

    /** One after the other; between two, and after the last, everything is left alone for so long. */
    static List<Struck> byEach(List<Fault> faults, TrialStack trial, Duration calm, PrintStream out)
            throws InterruptedException, TimeoutException {
        var struck = new ArrayList<Struck>();
        for (Fault fault : faults) {
            struck.add(by(fault, trial, out));
            Thread.sleep(calm);
        }
        return struck;
    }

    private static boolean restarted(TrialStack trial, String part, long before) {
        try {
            return trial.stack().pid(part) != before;
        } catch (RuntimeException e) {
            return false;
        }
    }
}
