package io.rollcall.session.livekit.domain;

import java.util.List;

/** What LiveKit said when it was asked who is in a room. */
public sealed interface Attendance {

    /** These are. */
    record Present(List<ListedParticipant> participants) implements Attendance {

        /** Keeps what it is given as it is. */
        public Present {
            participants = List.copyOf(participants);
        }

        /** How many of them are people. */
        public int people() {
            return (int)
                    participants.stream().filter(ListedParticipant::isPerson).count();
        }
    }

    /** No node answers for this room, says LiveKit. */
    record Unreachable() implements Attendance {}

    /** It did not say. */
    record Unknown() implements Attendance {}
}
