package io.rollcall.kit;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a process whose world is broken: whoever supervises it starts a new one. */
@FunctionalInterface
public interface ProcessExit {

    /** What the supervisor sees. */
    int BROKEN_WORLD = 3;

    /** Ends the process soon, in order where that is possible; comes back at once. */
    void because(String reason);

    /** Ends this JVM through its shutdown hooks, and without them when they hang. */
    static ProcessExit ofThisProcess() {
        Logger log = LoggerFactory.getLogger(ProcessExit.class);
        return reason -> {
            log.atError().addKeyValue("reason", reason).log("giving up: the process ends and must be started again");
            Thread.ofPlatform().name("exit").start(() -> System.exit(BROKEN_WORLD));
            Thread.ofPlatform().name("halt").daemon().start(() -> {
                try {
                    Thread.sleep(Duration.ofSeconds(30));
                    Runtime.getRuntime().halt(BROKEN_WORLD);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        };
    }
}
