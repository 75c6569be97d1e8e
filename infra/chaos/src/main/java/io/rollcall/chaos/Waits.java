package io.rollcall.chaos;

import io.rollcall.chaos.PatientClient.Answer;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How long requests waited, and the longest of them for each fault. */
final class Waits {

    /** As the logs of the parts are shown by {@code rollcall logs}, to find what was then. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Collection<Wait> all;
    private final List<Row> rows = new ArrayList<>();

    Waits(Collection<Wait> all) {
        this.all = all;
    }

    /** A request that somebody made, and what became of it. */
    record Wait(String what, Answer answer) {}

    private record Row(String title, @Nullable Duration readyAfter, Instant from) {}

    /** A row for the time from this moment to the beginning of the next row. */
    Waits from(Instant moment, String title) {
        rows.add(new Row(title, null, moment));
        return this;
    }

    /** A row for each fault, from the moment it struck. */
    Waits from(List<Struck> struck) {
        struck.forEach(it -> rows.add(new Row(it.title(), it.readyAfter(), it.at())));
        return this;
    }

    /** Prints the rows. */
    void print(PrintStream out) {
        out.printf("%n%-36s %12s %16s  %s%n", "fault", "ready after", "longest wait", "for what, and when it was sent");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Optional<Wait> longest = longest(row.from, i + 1 < rows.size() ? rows.get(i + 1).from : Instant.MAX);
            out.printf(
                    "%-36s %12s %16s  %s%n",
                    row.title,
                    row.readyAfter == null ? "" : seconds(row.readyAfter),
                    longest.map(wait -> seconds(wait.answer.waited())).orElse("-"),
                    longest.map(Waits::story).orElse(""));
        }
    }

    /** Of the requests that were answered in this time. */
    private Optional<Wait> longest(Instant from, Instant to) {
        return all.stream()
                .filter(wait -> !wait.answer.answeredAt().isBefore(from)
                        && wait.answer.answeredAt().isBefore(to))
                .max(Comparator.comparing(wait -> wait.answer.waited()));
    }

    private static String story(Wait wait) {
        return wait.what + " at " + TIME.format(wait.answer.askedAt()) + ": " + String.join(", ", wait.answer.tries());
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
