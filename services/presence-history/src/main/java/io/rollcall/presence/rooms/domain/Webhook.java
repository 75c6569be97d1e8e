package io.rollcall.presence.rooms.domain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What LiveKit told about one room, as far as the rules read it. */
public sealed interface Webhook {

    Origin origin();

    RoomSeen room();

    /** The participant it is about; empty when it is about none. */
    default String participantSid() {
        return switch (this) {
            case RoomStarted _, RoomFinished _, Reported _ -> "";
            case ParticipantJoined joined -> joined.participant().sid();
            case ParticipantLeft left -> left.participant().sid();
            case ConnectionAborted aborted -> aborted.participant().sid();
            case TrackPublished published -> published.participant().sid();
            case TrackUnpublished unpublished -> unpublished.participant().sid();
        };
    }

    /** A node hosts the room. */
    record RoomStarted(Origin origin, RoomSeen room) implements Webhook {}

    /** A node closed the room. */
    record RoomFinished(Origin origin, RoomSeen room) implements Webhook {}

    /** Somebody's media is connected. */
    record ParticipantJoined(Origin origin, RoomSeen room, ParticipantSeen participant) implements Webhook {}

    /** Somebody who had been active is gone. */
    record ParticipantLeft(Origin origin, RoomSeen room, ParticipantSeen participant) implements Webhook {}

    /** Somebody signalled and went without ever having become active. */
    record ConnectionAborted(Origin origin, RoomSeen room, ParticipantSeen participant) implements Webhook {}

    /** Somebody sends a track. */
    record TrackPublished(Origin origin, RoomSeen room, ParticipantSeen participant, Track track) implements Webhook {}

    /** Somebody stopped to send a track. */
    record TrackUnpublished(Origin origin, RoomSeen room, ParticipantSeen participant, Track track)
            implements Webhook {}

    /**
     * Something that changes nobody's presence: egress, ingress, an event without rules.
     *
     * @param event LiveKit's name of it
     * @param subjectId the egress or ingress id, empty when there is none
     * @param status its status, empty when there is none
     * @param payload what is kept of it
     */
    record Reported(Origin origin, RoomSeen room, String event, String subjectId, String status, String payload)
            implements Webhook {}

    /**
     * Where and when it was told.
     *
     * @param createdAt LiveKit's time of it, cut to whole seconds: it orders nothing that is closer than two seconds
     * @param recordedAt the timestamp of its record: the only clock of these rules
     * @param leftOut what was too large to be kept of it, in words
     */
    record Origin(Instant createdAt, Instant recordedAt, List<String> leftOut) {

        public Origin {
            leftOut = List.copyOf(leftOut);
        }

        /** Of something that is kept whole. */
        public Origin(Instant createdAt, Instant recordedAt) {
            this(createdAt, recordedAt, List.of());
        }
    }

    /**
     * The room in it.
     *
     * @param sid which session of the room; empty where LiveKit gives only the name
     * @param details null in the minimal rooms that only point to one
     */
    record RoomSeen(String sid, @Nullable RoomDetails details) {}

    /** What a full room says of itself. */
    record RoomDetails(Instant createdAt, String metadata, int maxParticipants, String agency) {}

    /**
     * The participant in it.
     *
     * @param details null in the minimal participants that only point to one
     */
    record ParticipantSeen(
            String sid, String identity, @Nullable ParticipantDetails details) {}

    /**
     * What a full participant says of itself.
     *
     * @param state LiveKit's word, also one that we do not know
     * @param disconnectReason LiveKit's word, also one that we do not know
     */
    record ParticipantDetails(Profile profile, Instant joinedAt, long version, String state, String disconnectReason) {

        /** Versions of one participant are ordered by number, then by how far the state has come. */
        boolean newerThan(long otherVersion, String otherState) {
            return version > otherVersion || (version == otherVersion && rank(state) > rank(otherState));
        }

        boolean disconnected() {
            return state.equals("DISCONNECTED");
        }

        private static int rank(String state) {
            return switch (state) {
                case "JOINING" -> 0;
                case "JOINED" -> 1;
                case "DISCONNECTED" -> 3;
                // ACTIVE, and whatever a later LiveKit puts beside it.
                default -> 2;
            };
        }
    }

    /**
     * Who somebody is.
     *
     * @param kind LiveKit's word, also one that we do not know
     * @param canPublish whether it is allowed to send, whether it does or not
     */
    record Profile(
            String identity,
            String name,
            String kind,
            boolean hidden,
            boolean canPublish,
            String metadata,
            Map<String, String> attributes) {

        public Profile {
            attributes = Map.copyOf(attributes);
        }

        /** Whether it is somebody: recorders, ingresses, agents and the hidden are connected but count as nobody. */
        public boolean person() {
            return !hidden
                    && switch (kind) {
                        case "EGRESS", "INGRESS", "AGENT" -> false;
                        default -> true;
                    };
        }
    }

    /**
     * A track.
     *
     * @param version LiveKit's, in microseconds
     */
    record Track(String sid, String kind, String source, String mimeType, boolean muted, long version) {}
}
