package io.rollcall.presence.rooms.http;

import io.rollcall.kit.web.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What people were there, by agency and UTC day. What an instance answers to another one, in milliseconds, so that sums
 * of parts are exact.
 */
record Usage(List<Line> lines) {

    private static final double MS_PER_MINUTE = 60_000;

    /**
     * One agency on one day.
     *
     * @param ms how long its people were there, together
     * @param inferredMs the part of it that ends at a time that nobody told
     * @param participants how many participant sids
     */
    record Line(String agency, LocalDate day, long ms, long inferredMs, int participants) {

        private Line plus(Line other) {
            return new Line(
                    agency, day, ms + other.ms, inferredMs + other.inferredMs, participants + other.participants);
        }

        double minutes() {
            return ms / MS_PER_MINUTE;
        }

        double inferredShare() {
            return ms == 0 ? 0 : (double) inferredMs / ms;
        }
    }

    /** Sums of lines, newest day first. */
    static Usage sum(Collection<Line> lines) {
        record Key(LocalDate day, String agency) {}
        Comparator<Key> order = Comparator.comparing(Key::day).reversed().thenComparing(Key::agency);
        Map<Key, Line> sums = new TreeMap<>(order);
        for (Line line : lines) {
            sums.merge(new Key(line.day(), line.agency()), line, Line::plus);
        }
        return new Usage(List.copyOf(sums.values()));
    }

    /** A stay, cut to the range and at every midnight. */
    static List<Line> of(Stay stay, String agency, TimeRange range, Instant now) {
        Instant from = range.from() == null || stay.joinedAt().isAfter(range.from()) ? stay.joinedAt() : range.from();
        Instant until = stay.leftAt() == null ? now : stay.leftAt();
        Instant to = range.to() == null || until.isBefore(range.to()) ? until : range.to();
        if (!from.isBefore(to)) {
            return List.of();
        }
        LocalDate first = LocalDate.ofInstant(from, ZoneOffset.UTC);
        LocalDate last = LocalDate.ofInstant(to.minusMillis(1), ZoneOffset.UTC);
        return first.datesUntil(last.plusDays(1))
                .map(day -> {
                    long ms = Duration.between(later(from, midnight(day)), earlier(to, midnight(day.plusDays(1))))
                            .toMillis();
                    return new Line(agency, day, ms, stay.inferred() ? ms : 0, 1);
                })
                .toList();
    }

    private static Instant midnight(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
