package io.rollcall.session.livekit.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a poll found of a room and presence-history is told. */
public sealed interface Finding {

    /** Not listed. */
    record Absent(String name, String sid) implements Finding {}

    /**
     * Listed.
     *
     * @param participants null when LiveKit did not say who is there
     */
    record Present(ListedRoom room, @Nullable List<ListedParticipant> participants) implements Finding {}

    /** Listed, but no node answers for it. */
    record Unreachable(ListedRoom room) implements Finding {}
}
