package io.rollcall.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What we say of rooms, people and sessions against what LiveKit says and what its clients have seen. */
final class Comparison {

    /** LiveKit's webhooks have whole seconds, and a client hears of its end at another moment than others. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    private Comparison() {}

    /** A time whose webhooks may never have come. */
    record Silence(Instant from, Instant to) {

        private static boolean covers(List<Silence> silences, Instant moment) {
            return silences.stream().anyMatch(silence -> !moment.isBefore(silence.from) && !moment.isAfter(silence.to));
        }
    }

    /**
     * A stay as our history tells it.
     *
     * @param leftAt null while they are there
     */
    record Told(
            String room,
            String identity,
            Instant joinedAt,
            @Nullable Instant leftAt,
            String reason,
            String source,
            boolean inferred) {}

    /** LiveKit's own lists against what each client says of itself. */
    static List<String> withClients(Map<String, Occupied> livekit, Collection<Visit> visits) {
        var differences = new ArrayList<String>();
        visits.stream()
                .filter(visit -> !visit.state().settled())
                .forEach(visit -> differences.add(visit.identity() + " in " + visit.room() + " is " + visit.state()));
        Map<String, Set<String>> listed = new TreeMap<>();
        livekit.forEach((room, occupied) -> {
            if (!occupied.people().isEmpty()) {
                listed.put(room, new TreeSet<>(occupied.people().values()));
            }
        });
        Map<String, Set<String>> there = new TreeMap<>();
        visits.stream()
                .filter(Visit::there)
                .forEach(visit -> there.computeIfAbsent(visit.room(), _ -> new TreeSet<>())
                        .add(visit.identity()));
        if (!listed.equals(there)) {
            differences.add("LiveKit lists " + listed + ", its clients say " + there);
        }
        for (Visit visit : visits) {
            Occupied room = livekit.get(visit.room());
            if (visit.there()
                    && !visit.cameBack()
                    && (room == null || !room.people().containsKey(visit.sid()))) {
                differences.add(visit.identity() + " says to be in " + visit.room() + " as " + visit.sid());
            }
        }
        return differences;
    }

    /** Our rooms and who is in them against LiveKit's own lists. */
    static List<String> withLivekit(Map<String, Occupied> ours, Map<String, Occupied> livekit) {
        var differences = new ArrayList<String>();
        Set<String> rooms = new TreeSet<>(ours.keySet());
        rooms.addAll(livekit.keySet());
        for (String room : rooms) {
            if (!Objects.equals(ours.get(room), livekit.get(room))) {
                differences.add(room + ": we say " + ours.get(room) + ", LiveKit " + livekit.get(room));
            }
        }
        return differences;
    }

    /**
     * Everything that ever happened: each stay of a client once, with its times and the reason of its end; nobody else;
     * and all that LiveKit took to its grave is marked as inferred.
     *
     * @param told by participant sid
     * @param kills when LiveKit was killed
     * @param silences what nobody need have told
     */
    static List<String> ofHistory(
            Map<String, Told> told, Collection<Visit> visits, List<Instant> kills, List<Silence> silences) {
        var differences = new ArrayList<String>();
        Map<String, Visit> known = new HashMap<>();
        Set<String> maybe = new HashSet<>();
        for (Visit visit : visits) {
            if (visit.connectedAt() != null) {
                known.put(visit.sid(), visit);
            }
            // Has been there under a sid that the client did not tell.
            if (visit.cameBack()
                    || visit.connectedAt() == null
                    || !visit.state().settled()) {
                maybe.add(visit.identity() + " in " + visit.room());
            }
        }
        known.forEach((sid, visit) -> {
            Told it = told.get(sid);
            Instant connectedAt = Objects.requireNonNull(visit.connectedAt());
            if (it != null) {
                differences.addAll(ofStay(sid, it, visit, connectedAt, kills, silences));
            } else if (!Silence.covers(silences, connectedAt)) {
                differences.add("lost: " + visit.identity() + " was in " + visit.room() + " as " + sid + " from "
                        + connectedAt);
            }
        });
        told.forEach((sid, it) -> {
            if (!known.containsKey(sid) && !maybe.contains(it.identity() + " in " + it.room())) {
                differences.add("made up: " + it.identity() + " in " + it.room() + " as " + sid);
            }
        });
        return differences;
    }

    private static List<String> ofStay(
            String sid, Told told, Visit visit, Instant connectedAt, List<Instant> kills, List<Silence> silences) {
        var differences = new ArrayList<String>();
        String who = visit.identity() + " in " + visit.room() + " as " + sid + " ";
        if (!told.room().equals(visit.room()) || !told.identity().equals(visit.identity())) {
            differences.add(who + "is told as " + told.identity() + " in " + told.room());
        }
        if (differ(told.joinedAt(), connectedAt)) {
            differences.add(who + "came at " + connectedAt + ", we say " + told.joinedAt());
        }
        Instant endedAt = visit.endedAt();
        Instant cutAt = kills.stream()
                .filter(kill -> kill.isAfter(connectedAt) && (endedAt == null || kill.isBefore(endedAt)))
                .findFirst()
                .orElse(null);
        Instant leftAt = told.leftAt();
        if (cutAt != null) {
            if (leftAt == null) {
                differences.add(who + "went with LiveKit at " + cutAt + " and is there for us");
            } else if (!told.inferred()) {
                differences.add(who + "went with LiveKit at " + cutAt + ", which nobody can have told: " + told);
            }
        } else if (visit.cameBack()) {
            // Perhaps under another sid, which it did not tell.
            return differences;
        } else if (endedAt == null) {
            if (leftAt != null) {
                differences.add(who + "is there, we say left: " + told);
            }
        } else if (leftAt == null) {
            differences.add(who + "left at " + endedAt + " and is there for us");
        } else if (!Silence.covers(silences, endedAt)) {
            if (differ(leftAt, endedAt)) {
                differences.add(who + "left at " + endedAt + ", we say " + leftAt);
            }
            if (told.inferred() || !told.reason().equals(visit.reason())) {
                differences.add(who + "left with " + visit.reason() + ", we say " + told);
            }
        }
        return differences;
    }

    /**
     * Realtime sessions: there until they are ended by their user or left empty.
     *
     * @param made room by session id
     * @param ended by their user
     * @param statuses by session id, as the list of sessions has them now
     * @param silences what nobody need have told
     */
    static List<String> ofSessions(
            Map<String, String> made,
            Set<String> ended,
            Map<String, String> statuses,
            Collection<Visit> visits,
            List<Silence> silences) {
        var differences = new ArrayList<String>();
        made.forEach((id, room) -> {
            Set<String> expected;
            List<Visit> guests = visits.stream()
                    .filter(visit -> visit.room().equals(room) && visit.connectedAt() != null)
                    .toList();
            if (ended.contains(id)) {
                expected = Set.of("");
            } else if (guests.stream().anyMatch(Visit::there)) {
                expected = Set.of("connected");
            } else if (guests.isEmpty()) {
                expected = Set.of("created");
            } else if (guests.stream()
                    .allMatch(guest -> Silence.covers(silences, Objects.requireNonNull(guest.connectedAt())))) {
                expected = Set.of("created", "");
            } else {
                expected = Set.of("");
            }
            String status = statuses.getOrDefault(id, "");
            if (!expected.contains(status)) {
                differences.add("session " + id + " is "
                        + (status.isEmpty() ? "gone" : status) + ", and should be "
                        + expected.stream()
                                .map(it -> it.isEmpty() ? "gone" : it)
                                .collect(Collectors.joining(" or ")));
            }
        });
        statuses.keySet().stream()
                .filter(id -> !made.containsKey(id))
                .forEach(id -> differences.add("session " + id + " was never made"));
        return differences;
    }

    private static boolean differ(Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(CLOCKS_DIFFER) > 0;
    }
}
