package io.rollcall.chaos;

import static io.rollcall.chaos.Breach.Promise.NOTHING_ACKNOWLEDGED_IS_LOST;
import static io.rollcall.chaos.Breach.Promise.NO_FACT_IS_DUPLICATED;
import static io.rollcall.chaos.Breach.Promise.NO_FACT_IS_LOST;
import static io.rollcall.chaos.Breach.Promise.ORDER_IS_KEPT;
import static io.rollcall.chaos.Breach.Promise.STATE_IS_RIGHT;
import static io.rollcall.chaos.Breach.Promise.SUBSCRIBERS_GET_EVERYTHING_ONCE;
import static java.util.stream.Collectors.groupingBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares what was found with what must be; pure. */
final class Checker {

    private Checker() {}

    static List<Breach> breaches(Expectation expected, Evidence found) {
        return Stream.of(
                        lostWebhooks(found),
                        recordedOrder(expected, found),
                        repeatedIds(found),
                        sequences(found),
                        histories(expected, found),
                        subscriber(found),
                        openRooms(expected, found),
                        sessions(expected, found))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Breach> lostWebhooks(Evidence found) {
        var lost = new TreeSet<>(found.acknowledged().keySet());
        lost.removeAll(found.recorded());
        return lost.stream()
                .map(id ->
                        new Breach(NOTHING_ACKNOWLEDGED_IS_LOST, id + " was answered 200 and is not in livekit-events"))
                .toList();
    }

    /** LiveKit sends the next webhook of a room when the last was acknowledged: so they must lie in the topic. */
    private static List<Breach> recordedOrder(Expectation expected, Evidence found) {
        var places = new HashMap<String, Integer>();
        for (String id : found.recorded()) {
            places.put(id, places.size());
        }
        var breaches = new ArrayList<Breach>();
        expected.webhooksByRoom().forEach((room, ids) -> {
            String before = "";
            int last = -1;
            for (String id : ids) {
                int place = places.getOrDefault(id, last);
                if (place < last && !found.abandoned().contains(room)) {
                    breaches.add(
                            new Breach(ORDER_IS_KEPT, room + ": " + id + " lies in livekit-events before " + before));
                    return;
                }
                before = place > last ? id : before;
                last = place;
            }
        });
        return breaches;
    }

    private static List<Breach> repeatedIds(Evidence found) {
        return repeated(found.history().stream().map(Evidence.Entry::id)).stream()
                .map(id -> new Breach(NO_FACT_IS_DUPLICATED, id + " is in room-events more than once"))
                .toList();
    }

    private static List<Breach> sequences(Evidence found) {
        var breaches = new ArrayList<Breach>();
        var last = new HashMap<String, Long>();
        for (Evidence.Entry entry : found.history()) {
            if (entry.sequence() == 0) {
                continue;
            }
            long before = Objects.requireNonNullElse(last.put(entry.roomKey(), entry.sequence()), 0L);
            if (entry.sequence() != before + 1) {
                breaches.add(new Breach(
                        ORDER_IS_KEPT, entry.roomKey() + ": sequence " + entry.sequence() + " follows " + before));
            }
        }
        return breaches;
    }

    private static List<Breach> histories(Expectation expected, Evidence found) {
        var breaches = new ArrayList<Breach>();
        Map<String, List<Fact>> foundByRoom = new LinkedHashMap<>();
        for (Evidence.Entry entry : found.history()) {
            if (entry.fact() != null) {
                foundByRoom
                        .computeIfAbsent(entry.roomKey(), _ -> new ArrayList<>())
                        .add(entry.fact());
            }
        }
        var rooms = new TreeSet<>(expected.factsByRoom().keySet());
        rooms.addAll(foundByRoom.keySet());
        rooms.removeAll(found.abandoned());
        for (String room : rooms) {
            compareHistory(
                    room,
                    expected.factsByRoom().getOrDefault(room, List.of()),
                    foundByRoom.getOrDefault(room, List.of()),
                    breaches);
        }
        return breaches;
    }

    private static void compareHistory(String room, List<Fact> expected, List<Fact> found, List<Breach> breaches) {
        List<Fact> expectedOrder = normalised(expected);
        List<Fact> foundOrder = normalised(found);
        Map<Fact, Long> expectedCounts = counts(expectedOrder);
        Map<Fact, Long> foundCounts = counts(foundOrder);
        expectedCounts.forEach((fact, count) -> {
            if (foundCounts.getOrDefault(fact, 0L) < count) {
                breaches.add(new Breach(NO_FACT_IS_LOST, room + ": " + fact + " is missing"));
            }
        });
        foundCounts.forEach((fact, count) -> {
            long wanted = expectedCounts.getOrDefault(fact, 0L);
            if (wanted == 0) {
                breaches.add(new Breach(STATE_IS_RIGHT, room + ": " + fact + " is not what the capture tells"));
            } else if (count > wanted) {
                breaches.add(new Breach(NO_FACT_IS_DUPLICATED, room + ": " + fact + " is told " + count + " times"));
            }
        });
        if (expectedCounts.equals(foundCounts) && !expectedOrder.equals(foundOrder)) {
            breaches.add(new Breach(ORDER_IS_KEPT, room + ": expected " + expectedOrder + " but found " + foundOrder));
        }
    }

    /** People whose leaving is inferred at one moment may be told in any order: by sid here, without their counts. */
    private static List<Fact> normalised(List<Fact> facts) {
        var normalised = new ArrayList<>(facts);
        int from = 0;
        while (from < normalised.size()) {
            int to = from;
            while (to < normalised.size() && inferredLeave(normalised.get(to))) {
                Fact fact = normalised.get(to);
                normalised.set(to, new Fact(fact.kind(), fact.roomSid(), fact.subject(), fact.reason(), 0));
                to++;
            }
            normalised.subList(from, to).sort(Comparator.comparing(Fact::subject));
            from = to + 1;
        }
        return normalised;
    }

    private static boolean inferredLeave(Fact fact) {
        return fact.kind() == Fact.Kind.PARTICIPANT_LEFT
                && ("NODE_LOST".equals(fact.reason()) || "ROOM_CLOSED".equals(fact.reason()));
    }

    private static List<Breach> subscriber(Evidence found) {
        var breaches = new ArrayList<Breach>();
        List<String> got = found.frames().stream().map(Evidence.Frame::id).toList();
        repeated(got.stream())
                .forEach(id -> breaches.add(
                        new Breach(SUBSCRIBERS_GET_EVERYTHING_ONCE, id + " was given to the subscriber twice")));
        var missed = new TreeSet<>(found.feed());
        missed.removeAll(new HashSet<>(got));
        missed.forEach(
                id -> breaches.add(new Breach(SUBSCRIBERS_GET_EVERYTHING_ONCE, id + " never reached the subscriber")));
        var unknown = new TreeSet<>(got);
        unknown.removeAll(new HashSet<>(found.feed()));
        unknown.forEach(id -> breaches.add(
                new Breach(SUBSCRIBERS_GET_EVERYTHING_ONCE, id + " was given to the subscriber but is in no feed")));
        if (breaches.isEmpty() && !got.equals(found.feed())) {
            breaches.add(new Breach(
                    ORDER_IS_KEPT, "rooms:* was given to the subscriber in another order, " + firstDifference(found)));
        }
        return breaches;
    }

    private static String firstDifference(Evidence found) {
        int at = 0;
        while (at < Math.min(found.feed().size(), found.frames().size())
                && found.feed().get(at).equals(found.frames().get(at).id())) {
            at++;
        }
        int from = Math.max(0, at - 2);
        return "from the " + (at + 1) + "th of " + found.feed().size() + " in the feed and "
                + found.frames().size() + " given: the feed has "
                + found.feed().subList(from, Math.min(found.feed().size(), at + 4)) + ", given were "
                + found.frames().subList(from, Math.min(found.frames().size(), at + 4));
    }

    private static List<Breach> openRooms(Expectation expected, Evidence found) {
        var breaches = new ArrayList<Breach>();
        var rooms = new TreeSet<>(expected.openByRoom().keySet());
        rooms.addAll(found.rooms().keySet());
        rooms.removeAll(found.abandoned());
        for (String room : rooms) {
            String sid = expected.openByRoom().get(room);
            Evidence.OpenRoom wanted = sid == null ? null : new Evidence.OpenRoom(sid, expected.peopleIn(sid));
            Evidence.OpenRoom is = found.rooms().get(room);
            if (!Objects.equals(wanted, is)) {
                breaches.add(new Breach(STATE_IS_RIGHT, room + " is listed as " + is + " instead of " + wanted));
            }
        }
        return breaches;
    }

    private static List<Breach> sessions(Expectation expected, Evidence found) {
        return expected.sessions().entrySet().stream()
                .filter(entry -> !found.abandoned().contains(entry.getValue().roomKey()))
                .filter(entry -> !entry.getValue().equals(found.sessions().get(entry.getKey())))
                .map(entry -> new Breach(
                        STATE_IS_RIGHT,
                        "session " + entry.getKey() + " is " + found.sessions().get(entry.getKey()) + " instead of "
                                + entry.getValue()))
                .toList();
    }

    private static Map<Fact, Long> counts(List<Fact> facts) {
        var counts = new LinkedHashMap<Fact, Long>();
        facts.forEach(fact -> counts.merge(fact, 1L, Long::sum));
        return counts;
    }

    private static Set<String> repeated(Stream<String> ids) {
        var repeated = new TreeSet<String>();
        ids.collect(groupingBy(id -> id)).forEach((id, all) -> {
            if (all.size() > 1) {
                repeated.add(id);
            }
        });
        return repeated;
    }
}
