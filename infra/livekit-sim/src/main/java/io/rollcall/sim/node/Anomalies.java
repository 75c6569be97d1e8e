package io.rollcall.sim.node;

import io.rollcall.sim.tokens.Grants;
import java.util.List;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitWebhook.WebhookEvent;

/**
 * What LiveKit has been seen to do wrong and cannot be had by treating its webhooks badly: sids that come again, rooms
 * that are there twice or not at all, sessions that end without a word. Each method is one of the rows that rules R1 to
 * R13 are there for.
 */
public final class Anomalies {

    private final Node node;

    Anomalies(Node node) {
        this.node = node;
    }

    /** A client is gone, and LiveKit never says so. */
    public void leaveWithoutAWord(String sid) {
        synchronized (node) {
            node.forget(node.session(sid));
        }
    }

    /**
     * The room's node died and another one hosts the room now: {@code room_started} comes again for the same sid, and
     * the people who were in it are gone without a word.
     *
     * @return the grants of those who were in it, for them to come back
     */
    public List<Grants> hostAgain(String room) {
        synchronized (node) {
            HostedRoom there = node.listed(room);
            List<Grants> lost = node.forgetEverybody(there);
            node.tell("room_started", there);
            return lost;
        }
    }

    /** The room's node is gone, and the room stays listed: nobody answers for it, and it cannot be deleted. */
    public List<Grants> makeZombie(String room) {
        synchronized (node) {
            HostedRoom there = node.listed(room);
            List<Grants> lost = node.forgetEverybody(there);
            there.hosted = false;
            return lost;
        }
    }

    /** {@code room_finished} comes while people are in the room, and they stay. */
    public void finishOccupied(String room) {
        synchronized (node) {
            node.tell("room_finished", node.listed(room));
        }
    }

    /** The room is deleted and made again within the time in which LiveKit returns the old one: same sid. */
    public void reborn(String room) {
        synchronized (node) {
            HostedRoom there = node.listed(room);
            node.close(there, DisconnectReason.ROOM_DELETED);
            node.list(there);
            node.tell("room_started", there);
        }
    }

    /** A second node hosts the name under another sid: new people go there, the others stay where they are. */
    public String split(String room) {
        synchronized (node) {
            HostedRoom other = node.copyUnderNewSid(node.listed(room));
            node.list(other);
            node.tell("room_started", other);
            return other.sid();
        }
    }

    /**
     * The connection is reported as aborted, and then as joined, for one sid.
     *
     * @param disconnected whether the late {@code participant_joined} already says that it is over
     */
    public void abortedThenJoined(String sid, boolean disconnected) {
        synchronized (node) {
            Session session = node.session(sid);
            var joined = session.info.clone();
            ParticipantInfo aborted = joined.clone()
                    .setState(ParticipantInfo.State.DISCONNECTED)
                    .setDisconnectReason(DisconnectReason.SIGNAL_CLOSE)
                    .build();
            var room = session.room.picture(node.now());
            node.tell(WebhookEvent.newBuilder()
                    .setEvent("participant_connection_aborted")
                    .setRoom(room)
                    .setParticipant(aborted));
            if (disconnected) {
                node.forget(session);
                node.tell(WebhookEvent.newBuilder()
                        .setEvent("participant_joined")
                        .setRoom(room)
                        .setParticipant(aborted.toBuilder().setVersion(aborted.getVersion() + 1)));
            } else {
                node.activate(sid);
            }
        }
    }
}
