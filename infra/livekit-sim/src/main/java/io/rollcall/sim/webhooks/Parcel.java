package io.rollcall.sim.webhooks;

import java.time.Duration;
import livekit.LivekitWebhook.WebhookEvent;

/**
 * An event on its way to the receivers.
 *
 * @param event what is told
 * @param copies how often it is sent; more than once as after an answer that got lost
 * @param delay how long it is held back when its turn comes, and everything behind it in its queue with it
 */
public record Parcel(WebhookEvent event, int copies, Duration delay) {

    /** An event as LiveKit sends it. */
    public static Parcel of(WebhookEvent event) {
        return new Parcel(event, 1, Duration.ZERO);
    }

    /** The queue that it stands in: of the egress, the ingress, else the room's name, the empty one included. */
    String queue() {
        if (event.hasEgressInfo()) {
            return event.getEgressInfo().getEgressId();
        }
        if (event.hasIngressInfo()) {
            return event.getIngressInfo().getIngressId();
        }
        if (event.hasRoom()) {
            return event.getRoom().getName();
        }
        if (event.hasParticipant()) {
            return event.getParticipant().getIdentity();
        }
        return event.hasTrack() ? event.getTrack().getSid() : "default";
    }
}
