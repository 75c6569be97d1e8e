package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a webhook changes in what is known of a room. Facts are told to everybody, the rest is ours. */
public sealed interface Change {

    /** The session it is about; empty for a report that names none. */
    String roomSid();

    /** The participant it is about; empty when it is about none. */
    default String participantSid() {
        return "";
    }

    /** What everybody is told. */
    sealed interface Fact extends Change {

        /** When it happened. */
        Instant at();

        /** Nobody told us: it follows from something else. */
        default boolean inferred() {
            return false;
        }

        /** Whether it has a place in the room's sequence: everything that changes presence has. */
        default boolean sequenced() {
            return true;
        }
    }

    /**
     * A room has begun, or its sid was opened again.
     *
     * @param provisional known from something that happened in it, not yet from room_started
     */
    record RoomOpened(String roomSid, Instant at, @Nullable RoomDetails details, boolean provisional) implements Fact {

        @Override
        public boolean inferred() {
            return provisional;
        }
    }

    /**
     * A room has ended.
     *
     * @param toldAt LiveKit's time of the webhook that ended it
     * @param recordedAt the record time of the webhook that ended it
     */
    record RoomClosed(String roomSid, Instant at, String reason, boolean inferred, Instant toldAt, Instant recordedAt)
            implements Fact {}

    /**
     * Somebody has come.
     *
     * @param over they had gone again when it was told, and the next fact says so: they were never among the live ones
     */
    record ParticipantJoined(
            String roomSid,
            String participantSid,
            Profile profile,
            Instant at,
            long version,
            String state,
            boolean inferred,
            boolean over)
            implements Fact {}

    /**
     * Somebody has gone.
     *
     * @param succeeded another session of the same identity follows at once: the count of people does not move
     * @param recordedAt the record time of the webhook that ended it
     */
    record ParticipantLeft(
            String roomSid,
            String participantSid,
            Profile profile,
            Instant joinedAt,
            Instant at,
            String reason,
            boolean inferred,
            boolean succeeded,
            Instant recordedAt)
            implements Fact {}

    /** Somebody signalled and never became active. */
    record ConnectionAborted(String roomSid, String participantSid, Profile profile, String reason, Instant at)
            implements Fact {}

    /** Somebody sends a track. */
    record TrackPublished(String roomSid, String participantSid, String identity, Track track, Instant at)
            implements Fact {}

    /** Somebody stopped to send a track. */
    record TrackUnpublished(
            String roomSid, String participantSid, String identity, String trackSid, Instant at, Instant recordedAt)
            implements Fact {}

    /** LiveKit itself told what had been inferred: what holds now, and what was said before. */
    sealed interface Corrected extends Fact {

        String reason();

        String previousReason();

        Instant previousAt();

        /** When the correction was told, in LiveKit's time. */
        Instant toldAt();
    }

    /** A room that was known from its happenings has been announced. */
    record RoomOpeningCorrected(String roomSid, Instant at, Instant previousAt, Instant toldAt) implements Corrected {

        @Override
        public String reason() {
            return "ROOM_STARTED";
        }

        @Override
        public String previousReason() {
            return "";
        }
    }

    /** A room that was taken for ended has told its end. */
    record RoomClosingCorrected(
            String roomSid, Instant at, String reason, Instant previousAt, String previousReason, Instant toldAt)
            implements Corrected {}

    /** Somebody who was taken for gone has told their end. */
    record LeavingCorrected(
            String roomSid,
            String participantSid,
            String identity,
            Instant at,
            String reason,
            Instant previousAt,
            String previousReason,
            Instant toldAt)
            implements Corrected {}

    /** Something that changes nobody's presence. */
    record Reported(String roomSid, String event, String subjectId, String status, String payload, Instant at)
            implements Fact {

        @Override
        public boolean sequenced() {
            return false;
        }
    }

    /** LiveKit told something that cannot be. */
    record AnomalyReported(String roomSid, Anomaly code, String participantSid, String detail, Instant at)
            implements Fact {

        @Override
        public boolean sequenced() {
            return false;
        }
    }

    /** What cannot be, and what was done about it. */
    enum Anomaly {
        /** A join of somebody who has gone; ignored. */
        JOIN_AFTER_END,
        /** A join that says DISCONNECTED of somebody who was not known; no presence. */
        JOINED_DISCONNECTED,
        /** A join long after its room had finished; the room is open again. */
        REOPENED_AFTER_FINISH,
        /** A join in a room whose name belongs to a newer one; it ended with its room. */
        JOIN_IN_REPLACED_ROOM,
        /** A second leave; ignored. */
        LEFT_TWICE,
        /** An abort of somebody who is active; the join wins, and they are suspect. */
        ABORTED_WHILE_ACTIVE,
        /** An abort of somebody who has gone; ignored. */
        ABORTED_AFTER_END,
        /** A track of somebody who has gone; ignored. */
        TRACK_AFTER_END,
        /** A room that is open was started again; those who joined before are suspect. */
        ROOM_REHOSTED,
        /** The start of a room that had finished by then; ignored. */
        STARTED_AFTER_FINISH,
        /** A second finish; ignored. */
        FINISHED_TWICE,
        /** LiveKit lists a room for which no node answers; nobody in it counts. */
        ZOMBIE_ROOM,
        /** More metadata, attributes or report than a record takes; left out, and the rest of the webhook counts. */
        TOO_LARGE
    }

    /** A full room said something new of itself. */
    record RoomDescribed(String roomSid, RoomDetails details) implements Change {}

    /** Somebody is there, and nothing but their sid and identity is known. */
    record ParticipantSighted(String roomSid, String participantSid, String identity, Instant at) implements Change {}

    /** Somebody who is there said something new of themselves. */
    record ParticipantDescribed(String roomSid, String participantSid, ParticipantDetails details) implements Change {}

    /** Somebody's node may be gone. */
    record ParticipantSuspected(String roomSid, String participantSid, Instant since, Instant recordedAt)
            implements Change {}

    /** A poll has found something that another one has to settle, or that it has settled. */
    record RoomWatched(String roomSid, Watch watch) implements Change {}

    /** A suspect gave a sign of life. */
    record ParticipantRevived(String roomSid, String participantSid) implements Change {}

    /** Somebody who was only sighted is not there any more. */
    record ParticipantForgotten(String roomSid, String participantSid) implements Change {}

    /** Somebody was announced who had already gone. */
    record ParticipantTerminated(String roomSid, String participantSid, Profile profile, Instant recordedAt)
            implements Change {}

    /** A known track said something new of itself. */
    record TrackDescribed(String roomSid, String participantSid, Track track) implements Change {}

    /** A track has ended that nobody told us of. */
    record TrackEnded(String roomSid, String trackSid, Instant recordedAt) implements Change {}
}
