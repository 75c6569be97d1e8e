package io.rollcall.ingest.webhooks.domain;

/**
 * What is read from a signed body; text that the body does not have is empty.
 *
 * @param event LiveKit's name of the event, also one that we do not know
 * @param eventId LiveKit's id of it
 * @param createdAtSeconds LiveKit's time of it, whole seconds; {@link #NO_TIME} when absent
 * @param roomName the room's name, also where only an egress or ingress tells it
 * @param roomSid the room's sid, also where only an egress tells it
 * @param payload the body as received, without secrets
 */
@SuppressWarnings("ArrayRecordComponent") // a body, handed on and never compared
public record Webhook(
        String event,
        String eventId,
        long createdAtSeconds,
        String roomName,
        String roomSid,
        String participantSid,
        String identity,
        String egressId,
        String ingressId,
        byte[] payload) {

    public static final long NO_TIME = Long.MIN_VALUE;

    /** What its order is kept by: the room where there is one, else what it is about. */
    public String key() {
        if (!roomName.isEmpty()) {
            return roomName;
        }
        if (!roomSid.isEmpty()) {
            return roomSid;
        }
        if (!egressId.isEmpty()) {
            return egressId;
        }
        if (!ingressId.isEmpty()) {
            return ingressId;
        }
        return identity.isEmpty() ? eventId : identity;
    }
}
