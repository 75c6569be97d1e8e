package io.rollcall.kittest.planted.domain;

import io.rollcall.kittest.planted.edge.RosterManager;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/** Each method is one fault. */
class Impure {

    Bytes knowsKafka() {
        return Bytes.wrap(new byte[0]);
    }

    RoomEvent knowsTheWire(RoomEvent event) {
        return event;
    }

    RosterManager knowsTheEdge(RosterManager edge) {
        return edge;
    }

    Instant asksTheClock() {
        return Instant.now();
    }

    long readsTheClock() {
        return System.nanoTime();
    }

    UUID throwsDice() {
        return UUID.randomUUID();
    }

    Clock holdsAClock(Clock clock) {
        return clock;
    }

    Random holdsDice(Random random) {
        return random;
    }
}
