package io.rollcall.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A room as LiveKit tells it from its start to its end, made up, in the field order and with the sizes of the captures:
 * people come, publish a track, take it back and leave, and the room finishes. The same number and time give the same
 * story; different numbers share no id.
 */
public final class RoomStory {

    private static final String TURN_PASSWORD = "\"turnPassword\":\"sHd6v4Xr2xhGgqnigofWwfh2r3ygm1HCfhhoVzhJxGmB\", ";
    private static final String CODECS =
            "\"enabledCodecs\":[{\"mime\":\"audio/PCMU\"}, {\"mime\":\"audio/PCMA\"}, {\"mime\":\"audio/opus\"}, "
                    + "{\"mime\":\"audio/red\"}, {\"mime\":\"video/VP8\"}, {\"mime\":\"video/H264\"}]";
    /** How far the events of one story are apart. */
    public static final Duration BETWEEN_EVENTS = Duration.ofSeconds(2);

    private final long number;
    private final String roomName;
    private final Instant startedAt;

    /**
     * One webhook of a story.
     *
     * @param id LiveKit's id of the event
     * @param name LiveKit's name of it, such as {@code participant_joined}
     * @param participantSid empty for what is about the room alone
     * @param identity empty for what is about the room alone
     * @param createdAt when; the body has it cut to whole seconds
     * @param body the JSON
     */
    public record Event(
            String id,
            String name,
            String roomName,
            String roomSid,
            String participantSid,
            String identity,
            Instant createdAt,
            String body) {

        /** The body as it may be kept: without the password for TURN. */
        public String bodyWithoutSecret() {
            return body.replace(TURN_PASSWORD, "");
        }
    }

    /** The story of this number in a room of this name, which needs no escaping in JSON. */
    public RoomStory(long number, String roomName, Instant startedAt) {
        this.number = number;
        this.roomName = roomName;
        this.startedAt = startedAt;
    }

    /** The whole story with so many people, in order: two events for the room and four for each of them. */
    public List<Event> told(int people) {
        var events = new ArrayList<Event>(2 + 4 * people);
        events.add(event(0, "room_started", -1, "\"room\":{" + room() + "}"));
        for (int person = 0; person < people; person++) {
            events.add(joined(events.size(), person));
            events.add(track(events.size(), "track_published", person));
        }
        for (int person = 0; person < people; person++) {
            events.add(track(events.size(), "track_unpublished", person));
            events.add(left(events.size(), person));
        }
        events.add(event(events.size(), "room_finished", -1, "\"room\":{" + room() + "}"));
        return events;
    }

    /** A join alone, as event {@code step} of the story. */
    public Event joined(int step, int person) {
        return event(
                step,
                "participant_joined",
                person,
                "\"room\":{" + room() + "}, \"participant\":{" + participant(person, "ACTIVE", 2) + "}");
    }

    private Event left(int step, int person) {
        return event(
                step,
                "participant_left",
                person,
                "\"room\":{" + room() + "}, \"participant\":{" + participant(person, "DISCONNECTED", 3)
                        + ", \"disconnectReason\":\"CLIENT_INITIATED\"}");
    }

    private Event track(int step, String name, int person) {
        String track = "\"track\":{\"sid\":\"" + sid("TR_AM", person)
                + "\", \"name\":\"mic\", \"source\":\"MICROPHONE\", \"mimeType\":\"audio/red\", \"mid\":\"7\", "
                + "\"stream\":\"camera\", \"version\":{\"unixMicro\":\""
                + (at(step).getEpochSecond() * 1_000_000 + step) + "\"}, \"backupCodecPolicy\":\"SIMULCAST\"}";
        return event(
                step,
                name,
                person,
                "\"room\":{\"sid\":\"" + roomSid() + "\", \"name\":\"" + roomName + "\"}, \"participant\":{\"sid\":\""
                        + sid("PA_", person) + "\", \"identity\":\"" + identity(person) + "\"}, " + track);
    }

    private Event event(int step, String name, int person, String content) {
        String id = sid("EV_", step);
        Instant createdAt = at(step);
        String body = "{\"event\":\"" + name + "\", " + content + ", \"id\":\"" + id + "\", \"createdAt\":\""
                + createdAt.getEpochSecond() + "\"}";
        return new Event(
                id,
                name,
                roomName,
                roomSid(),
                person < 0 ? "" : sid("PA_", person),
                person < 0 ? "" : identity(person),
                createdAt,
                body);
    }

    private String room() {
        return "\"sid\":\"" + roomSid() + "\", \"name\":\"" + roomName
                + "\", \"emptyTimeout\":60, \"departureTimeout\":3, \"creationTime\":\"" + startedAt.getEpochSecond()
                + "\", \"creationTimeMs\":\"" + startedAt.toEpochMilli()
                + "\", " + TURN_PASSWORD + CODECS
                + ", \"metadata\":\"{\\\"agency\\\":\\\"" + agency() + "\\\"}\"";
    }

    private String participant(int person, String state, int version) {
        Instant joinedAt = at(1 + 2 * person);
        return "\"sid\":\"" + sid("PA_", person) + "\", \"identity\":\"" + identity(person) + "\", \"state\":\"" + state
                + "\", \"joinedAt\":\"" + joinedAt.getEpochSecond() + "\", \"joinedAtMs\":\"" + joinedAt.toEpochMilli()
                + "\", \"version\":" + version
                + ", \"permission\":{\"canSubscribe\":true, \"canPublish\":true, \"canPublishData\":true}, "
                + "\"attributes\":{\"agency\":\"" + agency() + "\"}, \"clientProtocol\":2";
    }

    private Instant at(int step) {
        return startedAt.plus(BETWEEN_EVENTS.multipliedBy(step));
    }

    private String roomSid() {
        return "RM_" + padded(number, 12);
    }

    private String agency() {
        return "AGENCY_" + number % 40;
    }

    private String identity(int person) {
        return "user-" + padded(number, 9) + "-" + person;
    }

    private String sid(String prefix, int part) {
        return prefix + padded(number, 9) + padded(part, 3);
    }

    private static String padded(long value, int width) {
        String digits = Long.toString(value, 36).toUpperCase(Locale.ROOT);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
