package io.rollcall.sim.node;

import io.rollcall.sim.protocol.Capabilities;
import io.rollcall.sim.tokens.Grants;
import java.time.Instant;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantInfo.Kind;

/** One participant from the opening of its WebSocket to its end. */
final class Session {

    private static final int CLIENT_PROTOCOL = 2;

    final HostedRoom room;
    final Grants grants;
    final ParticipantInfo.Builder info;
    boolean active;

    Session(HostedRoom room, Grants grants, String sid, Instant now) {
        this.room = room;
        this.grants = grants;
        this.info = ParticipantInfo.newBuilder()
                .setSid(sid)
                .setIdentity(grants.identity())
                .setName(grants.name())
                .setMetadata(grants.metadata())
                .putAllAttributes(grants.attributes())
                .setState(ParticipantInfo.State.JOINING)
                .setJoinedAt(now.getEpochSecond())
                .setJoinedAtMs(now.toEpochMilli())
                .setVersion(1)
                .setPermission(grants.permission())
                .setKind(grants.participantKind());
    }

    void activate() {
        active = true;
        info.setState(ParticipantInfo.State.ACTIVE).setClientProtocol(CLIENT_PROTOCOL);
        Capabilities.give(info);
        changed();
    }

    /** Every change has the next version. */
    void changed() {
        info.setVersion(info.getVersion() + 1);
    }

    /** Neither keeps a room open nor counts against its limit. */
    boolean dependent() {
        Kind kind = info.getKind();
        return kind == Kind.AGENT
                || kind == Kind.EGRESS
                || grants.can().contains("agent")
                || grants.can().contains("recorder");
    }

    boolean recorder() {
        return info.getKind() == Kind.EGRESS || grants.can().contains("recorder");
    }

    String sid() {
        return info.getSid();
    }

    String identity() {
        return info.getIdentity();
    }
}
