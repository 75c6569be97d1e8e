package io.rollcall.chaos;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was found after a run.
 *
 * @param acknowledged LiveKit's ids of the webhooks that were answered 200, with the time of the answer
 * @param abandoned keys of the rooms in which the sender gave an event up, as LiveKit does after five attempts;
 *     what became of these rooms is nobody's promise
 * @param recorded LiveKit's ids found in livekit-events, each once, in the order of each partition
 * @param history room-events as a read_committed consumer sees them, in the order of each partition
 * @param feed the ids in room-feed, in order, from the subscriber's first position on
 * @param frames what the subscriber was given, in the order it was given
 * @param rooms what the list of open rooms answers, by room key
 * @param sessions what the sessions answer, by room sid
 */
record Evidence(
        Map<String, Instant> acknowledged,
        Set<String> abandoned,
        SequencedSet<String> recorded,
        List<Entry> history,
        List<String> feed,
        List<Frame> frames,
        Map<String, OpenRoom> rooms,
        Map<String, Expectation.Session> sessions) {

    /**
     * A record of room-events.
     *
     * @param livekitEventId the webhook it came from; null when it came from none
     * @param fact what it tells; null for corrections and reports, which are not compared
     */
    record Entry(
            String id,
            @Nullable String livekitEventId,
            String roomKey,
            long sequence,
            @Nullable Fact fact) {}

    /** A publication as the subscriber got it, and when. */
    record Frame(String id, long offset, Instant at) {}

    /** A room as the list of open rooms tells it. */
    record OpenRoom(String roomSid, int people) {}
}
