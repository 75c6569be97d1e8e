package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Webhook.Origin;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantSeen;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.RoomSeen;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Instant;
import java.util.Map;

/** Webhooks for tests. Times are milliseconds after noon; what LiveKit says is cut to whole seconds as it does. */
final class Webhooks {

    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private Webhooks() {}

    static Instant ms(long afterNoon) {
        return NOON.plusMillis(afterNoon);
    }

    static Origin at(long ms) {
        return new Origin(ms(Math.floorDiv(ms, 1000) * 1000), ms(ms));
    }

    static Room room(String sid, long createdAtMs) {
        return new Room(new RoomSeen(sid, new RoomDetails(ms(createdAtMs), "{}", 20, "ag7")));
    }

    static Room minimal(String sid) {
        return new Room(new RoomSeen(sid, null));
    }

    static Person person(String sid, String identity, long joinedAtMs) {
        return new Person(sid, identity, joinedAtMs, "STANDARD", false, 2, "ACTIVE");
    }

    static Track track(String sid) {
        return track(sid, 1);
    }

    static Track track(String sid, long version) {
        return new Track(sid, "AUDIO", "MICROPHONE", "audio/red", false, version);
    }

    /** A participant to be told of. */
    record Person(
            String sid, String identity, long joinedAtMs, String kind, boolean hidden, long version, String state) {

        Person kind(String changed) {
            return new Person(sid, identity, joinedAtMs, changed, hidden, version, state);
        }

        Person nowHidden() {
            return new Person(sid, identity, joinedAtMs, kind, true, version, state);
        }

        Person version(long changed) {
            return new Person(sid, identity, joinedAtMs, kind, hidden, changed, state);
        }

        Person state(String changed) {
            return new Person(sid, identity, joinedAtMs, kind, hidden, version, changed);
        }

        ParticipantSeen seen(String reason) {
            return new ParticipantSeen(
                    sid,
                    identity,
                    new ParticipantDetails(
                            new Profile(identity, "", kind, hidden, false, "", Map.of()),
                            ms(joinedAtMs),
                            version,
                            state,
                            reason));
        }

        ParticipantSeen pointer() {
            return new ParticipantSeen(sid, identity, null);
        }
    }

    /** A room to be told of. */
    record Room(RoomSeen seen) {

        Webhook started(long ms) {
            return new Webhook.RoomStarted(at(ms), seen);
        }

        Webhook finished(long ms) {
            return new Webhook.RoomFinished(at(ms), seen);
        }

        Webhook joined(long ms, Person person) {
            return new Webhook.ParticipantJoined(at(ms), seen, person.seen("UNKNOWN_REASON"));
        }

        Webhook left(long ms, Person person, String reason) {
            return new Webhook.ParticipantLeft(
                    at(ms),
                    seen,
                    person.version(person.version() + 1).state("DISCONNECTED").seen(reason));
        }

        Webhook aborted(long ms, Person person) {
            return new Webhook.ConnectionAborted(
                    at(ms), seen, person.state("DISCONNECTED").seen("SIGNAL_CLOSE"));
        }

        Webhook published(long ms, Person person, Track track) {
            return new Webhook.TrackPublished(at(ms), new RoomSeen(seen.sid(), null), person.pointer(), track);
        }

        Webhook unpublished(long ms, Person person, Track track) {
            return new Webhook.TrackUnpublished(at(ms), new RoomSeen(seen.sid(), null), person.pointer(), track);
        }

        Webhook reported(long ms, String event, String subjectId) {
            return new Webhook.Reported(
                    at(ms), new RoomSeen(seen.sid(), null), event, subjectId, "EGRESS_ACTIVE", "{}");
        }
    }
}
