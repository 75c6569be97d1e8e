package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import java.time.Instant;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** One participant sid in one session of a room. */
public sealed interface Participant {

    String sid();

    String identity();

    /** Connected now, as far as we were told. */
    sealed interface Live extends Participant {

        PMap<String, Track> tracks();

        Live withTracks(PMap<String, Track> tracks);

        /** Whether it counts: a full participant was seen and it is somebody. */
        boolean person();
    }

    /** Not connected, or not any more. */
    sealed interface Gone extends Participant {}

    /** Known from a track only: there, but who it is has not been told. */
    record Provisional(String sid, String identity, Instant seenAt, PMap<String, Track> tracks) implements Live {

        public Provisional(String sid, String identity, Instant seenAt) {
            this(sid, identity, seenAt, HashTreePMap.empty());
        }

        @Override
        public Provisional withTracks(PMap<String, Track> changed) {
            return new Provisional(sid, identity, seenAt, changed);
        }

        @Override
        public boolean person() {
            return false;
        }
    }

    /** There, and seen in full. */
    sealed interface Present extends Live {

        Profile profile();

        Instant joinedAt();

        long version();

        String state();

        @Override
        Present withTracks(PMap<String, Track> tracks);

        @Override
        default String identity() {
            return profile().identity();
        }

        @Override
        default boolean person() {
            return profile().person();
        }
    }

    /** There. */
    record Active(String sid, Profile profile, Instant joinedAt, long version, String state, PMap<String, Track> tracks)
            implements Present {

        @Override
        public Active withTracks(PMap<String, Track> changed) {
            return new Active(sid, profile, joinedAt, version, state, changed);
        }

        Suspect suspectedAt(Instant since, Instant recordedAt) {
            return new Suspect(sid, profile, joinedAt, version, state, tracks, since, recordedAt);
        }
    }

    /**
     * Still counted, but its node may be gone: a sign of life clears it.
     *
     * @param recordedAt when it was suspected, in record time
     */
    record Suspect(
            String sid,
            Profile profile,
            Instant joinedAt,
            long version,
            String state,
            PMap<String, Track> tracks,
            Instant since,
            Instant recordedAt)
            implements Present {

        @Override
        public Suspect withTracks(PMap<String, Track> changed) {
            return new Suspect(sid, profile, joinedAt, version, state, changed, since, recordedAt);
        }

        Active cleared() {
            return new Active(sid, profile, joinedAt, version, state, tracks);
        }
    }

    /**
     * Was there: the whole stay, and the tombstone that lets nobody come back under this sid.
     *
     * @param inferred nobody told us that it left
     * @param recordedAt when the tombstone was written, in record time
     */
    record Left(
            String sid,
            Profile profile,
            Instant joinedAt,
            Instant leftAt,
            String reason,
            boolean inferred,
            Instant recordedAt)
            implements Gone {

        @Override
        public String identity() {
            return profile.identity();
        }

        Left corrected(Instant at, String newReason) {
            return new Left(sid, profile, joinedAt, at, newReason, false, recordedAt);
        }
    }

    /** Signalled only; no tombstone, and no presence either. */
    record Aborted(String sid, Profile profile, String reason, Instant at) implements Gone {

        @Override
        public String identity() {
            return profile.identity();
        }
    }

    /**
     * Was announced when it had already gone: a tombstone without a stay, until somebody tells of one.
     *
     * @param recordedAt when the tombstone was written, in record time
     */
    record Terminated(String sid, Profile profile, Instant recordedAt) implements Gone {

        @Override
        public String identity() {
            return profile.identity();
        }
    }
}
