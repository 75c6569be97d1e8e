package io.rollcall.session.livekit.domain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A participant as the room API shows it.
 *
 * @param sid LiveKit's id of this stay
 * @param identity who it is
 * @param name what it is called
 * @param state LiveKit's word: JOINING, JOINED, ACTIVE or DISCONNECTED
 * @param kind LiveKit's word; the number of one that we do not know
 * @param hidden whether nobody else sees it
 * @param canPublish whether it is allowed to send, whether it does or not
 * @param joinedAt when it came
 * @param version grows with every change
 * @param metadata whatever its token said
 * @param attributes whatever its token said
 * @param tracks what it publishes
 */
public record ListedParticipant(
        String sid,
        String identity,
        String name,
        String state,
        String kind,
        boolean hidden,
        boolean canPublish,
        Instant joinedAt,
        int version,
        String metadata,
        Map<String, String> attributes,
        List<Track> tracks) {

    private static final Set<String> NOT_PEOPLE = Set.of("EGRESS", "INGRESS", "AGENT");

    /** Keeps what it is given as it is. */
    public ListedParticipant {
        attributes = Map.copyOf(attributes);
        tracks = List.copyOf(tracks);
    }

    /**
     * One thing that is published.
     *
     * @param sid LiveKit's id
     * @param kind AUDIO, VIDEO or DATA
     * @param source CAMERA, MICROPHONE and so on
     * @param name what its publisher calls it
     */
    public record Track(String sid, String kind, String source, String name) {}

    /** Whether it is one of the people in the room: neither a machine nor hidden, and really connected. */
    public boolean isPerson() {
        return "ACTIVE".equals(state) && !hidden && !NOT_PEOPLE.contains(kind);
    }
}
