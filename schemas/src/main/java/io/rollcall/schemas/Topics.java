package io.rollcall.schemas;

import static io.rollcall.schemas.Service.PRESENCE_HISTORY;
import static io.rollcall.schemas.Service.WEBHOOK_INGEST;
import static io.rollcall.schemas.Service.WS_GATEWAY;

import io.rollcall.schemas.Topic.Keeps;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The catalogue: every topic there is, with the one service that writes it. */
public final class Topics {

    /** Partitions of everything keyed by room; rooms are spread over them and never move to another one. */
    public static final int ROOM_PARTITIONS = 6;

    public static final Topic<LivekitEvent> LIVEKIT_EVENTS = new Topic<>(
                    "livekit-events",
                    "room name, else room sid, egress id, ingress id, identity",
                    LivekitEvent.class,
                    WEBHOOK_INGEST,
                    Set.of(PRESENCE_HISTORY),
                    ROOM_PARTITIONS,
                    new Keeps.For(Duration.ofDays(30)))
            .withRecordsOf(Topic.WEBHOOK_RECORD_BYTES);

    public static final Topic<RoomEvent> ROOM_EVENTS = new Topic<>(
            "room-events",
            "room name, else room sid",
            RoomEvent.class,
            PRESENCE_HISTORY,
            Set.of(WS_GATEWAY),
            ROOM_PARTITIONS,
            new Keeps.Forever());

    public static final Topic<RoomEvent> ROOM_FEED = new Topic<>(
            "room-feed",
            "room name, else room sid",
            RoomEvent.class,
            PRESENCE_HISTORY,
            Set.of(WS_GATEWAY),
            1,
            new Keeps.For(Duration.ofDays(1)));

    public static final Topic<Room> ROOMS = new Topic<>(
            "rooms",
            "room name, else room sid",
            Room.class,
            PRESENCE_HISTORY,
            Set.of(WS_GATEWAY),
            ROOM_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<Participant> PARTICIPANTS = new Topic<>(
            "participants",
            "room key / identity, each percent-encoded; partitioned by the room key",
            Participant.class,
            PRESENCE_HISTORY,
            Set.of(WS_GATEWAY),
            ROOM_PARTITIONS,
            new Keeps.Latest());

    private static final List<Topic<?>> ALL = List.of(
            LIVEKIT_EVENTS,
            ROOM_EVENTS,
            ROOM_FEED,
            ROOMS,
            PARTICIPANTS,
            deadLetters(WEBHOOK_INGEST),
            deadLetters(PRESENCE_HISTORY),
            deadLetters(WS_GATEWAY));

    private Topics() {}

    /** Every topic, in the order of the documentation. */
    public static List<Topic<?>> all() {
        return ALL;
    }

    /** Where a service puts what it could not decode, map or process. */
    public static Topic<DeadLetter> deadLetters(Service service) {
        return new Topic<>(
                        service.id() + "-dead-letters",
                        "as the source",
                        DeadLetter.class,
                        service,
                        Set.of(),
                        1,
                        new Keeps.For(Duration.ofDays(14)))
                .withRecordsOf(Topic.WEBHOOK_RECORD_BYTES);
    }
}
