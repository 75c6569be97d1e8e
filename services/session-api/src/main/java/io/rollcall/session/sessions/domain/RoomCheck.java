package io.rollcall.session.sessions.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/** What has to be done about a session's room after LiveKit has listed its rooms. */
public final class RoomCheck {

    /** A new session's request makes the room itself; a poll leaves it that long. */
    static final Duration SETTLING = Duration.ofSeconds(3);

    private RoomCheck() {}

    /** One thing to do. */
    public sealed interface Step {

        /** Make the room. */
        record Make() implements Step {}

        /** Delete the room. */
        record Delete() implements Step {}

        /** Tell the session how many people are in it. */
        record Note(int people) implements Step {}
    }

    /**
     * Whether it must be asked who is in a listed room.
     *
     * @param hint LiveKit's own count
     */
    public static boolean isInDoubt(Session session, int hint) {
        return switch (session) {
            case Session.Waiting _ -> hint > 0;
            case Session.Emptied emptied -> hint > 0 || emptied.emptyUntil() == null;
            case Session.Occupied _ -> hint == 0;
            case Session.Removed _, Session.Nothing _ -> false;
        };
    }

    /**
     * For a room that is listed. That there is no session says nothing: it may just not be known here.
     *
     * @param people how many are in it; empty when LiveKit was not asked or did not say
     * @param grace how long an empty room may stay empty
     */
    public static List<Step> listed(Session session, OptionalInt people, Instant askedAt, Duration grace) {
        return switch (session) {
            case Session.Emptied emptied
            when people.orElse(1) == 0 -> emptied.endsByPoll(askedAt, grace) ? List.of(new Step.Note(0)) : List.of();
            case Session.Waiting _, Session.Emptied _ ->
                people.orElse(0) > 0 ? List.of(new Step.Note(people.getAsInt())) : List.of();
            case Session.Occupied _ -> people.orElse(1) == 0 ? List.of(new Step.Note(0)) : List.of();
            case Session.Removed _ -> List.of(new Step.Delete());
            case Session.Nothing _ -> List.of();
        };
    }

    /** For a room that is not listed, though LiveKit listed its rooms when it was asked. */
    public static List<Step> notListed(Session session, Instant askedAt, Duration grace) {
        return switch (session) {
            case Session.Waiting waiting
            when !waiting.seat().createdAt().plus(SETTLING).isAfter(askedAt) -> List.of(new Step.Make());
            // LiveKit has lost it with its people in it. They come back by themselves, if there is a room.
            case Session.Occupied occupied
            when occupied.seenAt().isBefore(askedAt) -> List.of(new Step.Note(0), new Step.Make());
            case Session.Emptied emptied when emptied.endsByPoll(askedAt, grace) -> List.of(new Step.Note(0));
            case Session.Emptied emptied when emptied.emptyUntil() == null -> List.of(new Step.Make());
            case Session.Waiting _, Session.Occupied _, Session.Emptied _, Session.Removed _, Session.Nothing _ ->
                List.of();
        };
    }
}
