package io.rollcall.bench.rebuild;

import io.rollcall.bench.RoomStory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The past of a busy server, made up: a fixed number of rooms is open at any time, each at another point of its story,
 * and when one finishes the next begins in its place. The names come back after a while, as those of real rooms do. Not
 * every room is finished when the past ends.
 */
final class History {

    private static final int NAMES_IN_EACH_PLACE = 50;

    private final long length;
    private final int people;
    private final Instant endsAt;
    private final List<Place> places = new ArrayList<>();
    private final int storyLength;
    private long nextStory;

    /** Where one room after another is open. */
    private static final class Place {

        private final int number;
        private final int beginsAtTick;
        private int stories;
        private List<RoomStory.Event> story = List.of();
        private int step;

        Place(int number, int beginsAtTick) {
            this.number = number;
            this.beginsAtTick = beginsAtTick;
        }
    }

    /**
     * A past of so many events.
     *
     * @param places how many rooms are open at a time
     * @param people how many come to each room
     */
    History(long length, int places, int people, Instant endsAt) {
        this.length = length;
        this.people = people;
        this.endsAt = endsAt;
        this.storyLength = new RoomStory(0, "", endsAt).told(people).size();
        for (int i = 0; i < places; i++) {
            this.places.add(new Place(i, i % storyLength));
        }
    }

    /** Tells everything, once, in the order of time. */
    void tell(Consumer<RoomStory.Event> listener) {
        Instant beginsAt = endsAt.minus(RoomStory.BETWEEN_EVENTS.multipliedBy(length / places.size() + storyLength));
        long told = 0;
        for (long tick = 0; told < length; tick++) {
            Instant now = beginsAt.plus(RoomStory.BETWEEN_EVENTS.multipliedBy(tick));
            for (Place place : places) {
                if (tick >= place.beginsAtTick && told < length) {
                    listener.accept(next(place, now));
                    told++;
                }
            }
        }
    }

    /** How many sessions of rooms have been told of. */
    long sessions() {
        return nextStory;
    }

    /** The rooms that are open after what was told, with the number of people in them. */
    Map<String, Integer> open() {
        var open = new TreeMap<String, Integer>();
        for (Place place : places) {
            if (place.step > 0 && place.step < place.story.size()) {
                int inside = 0;
                for (RoomStory.Event event : place.story.subList(0, place.step)) {
                    inside += switch (event.name()) {
                        case "participant_joined" -> 1;
                        case "participant_left" -> -1;
                        default -> 0;
                    };
                }
                open.put(place.story.getFirst().roomName(), inside);
            }
        }
        return open;
    }

    private RoomStory.Event next(Place place, Instant now) {
        if (place.step == place.story.size()) {
            String name = "history-" + place.number + "-" + place.stories++ % NAMES_IN_EACH_PLACE;
            // Rooms do not all begin in the same millisecond.
            Instant startedAt = now.plus(Duration.ofMillis(place.number % 1_000));
            place.story = new RoomStory(nextStory++, name, startedAt).told(people);
            place.step = 0;
        }
        return place.story.get(place.step++);
    }
}
