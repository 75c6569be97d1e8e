package io.rollcall.presence.rooms.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.presence.rooms.store.EpochDocument;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.ParticipantDocumentState;
import io.rollcall.presence.rooms.store.SessionDocument;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionAnswerTest {

    private static final Instant BEGAN = Instant.parse("2026-11-25T09:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    private static SessionDocument open(int people) {
        return SessionDocument.newBuilder()
                .setRoomSid("RM_1")
                .setOpen(true)
                .setEpochs(List.of(new EpochDocument(BEGAN, null)))
                .setPeople(people)
                .build();
    }

    private static ParticipantDocument present(String identity) {
        return ParticipantDocument.newBuilder()
                .setParticipantSid("PA_" + identity)
                .setIdentity(identity)
                .setState(ParticipantDocumentState.ACTIVE)
                .setJoinedAt(BEGAN)
                .build();
    }

    /** As of one that no node answers for: there, but nobody counts. */
    @Test
    void asManyAreInItAsItsRoomCounts() {
        var everybody = List.of(present("ana"), present("ben"));

        assertThat(SessionAnswer.of(open(2), everybody, NOW, false).numActiveParticipants())
                .isEqualTo(2);
        assertThat(SessionAnswer.of(open(0), everybody, NOW, false).numActiveParticipants())
                .isZero();
        assertThat(SessionAnswer.of(open(0), everybody, NOW, false).numParticipants())
                .isEqualTo(2);
    }
}
