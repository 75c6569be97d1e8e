package io.rollcall.local;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What the launcher says while it works: one line for each thing that happens. */
final class Console {

    private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final PrintStream out;
    private final Instant start = Instant.now();
    private volatile boolean starting = true;

    Console(PrintStream out) {
        this.out = out;
    }

    /** A line as it is. */
    void line(String text) {
        out.println(text);
    }

    /** Something that happened to a part, with the time: since the start while starting, of the day later. */
    void event(String part, String text) {
        String when = starting
                ? String.format(
                        Locale.ROOT,
                        "%5.1f s",
                        Duration.between(start, Instant.now()).toMillis() / 1000.0)
                : timeOfDay();
        out.printf("  %s  %-16s %s%n", when, part, text);
    }

    /** Now, to the second. */
    static String timeOfDay() {
        return TIME_OF_DAY.format(LocalTime.now(ZoneId.systemDefault()));
    }

    /** From now on things happen at a time of the day. */
    void started() {
        starting = false;
    }

    Duration elapsed() {
        return Duration.between(start, Instant.now());
    }

    /** Seconds with one decimal. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
