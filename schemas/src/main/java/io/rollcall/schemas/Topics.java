package io.rollcall.schemas;

import static io.rollcall.schemas.Service.PRESENCE_HISTORY;
import static io.rollcall.schemas.Service.QUOTA_COUNTER;
import static io.rollcall.schemas.Service.SESSION_API;
import static io.rollcall.schemas.Service.WEBHOOK_INGEST;
import static io.rollcall.schemas.Service.WS_GATEWAY;

import io.rollcall.schemas.Topic.Keeps;
import io.rollcall.schemas.Topic.StampedBy;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.cameras.PtzEvent;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The catalogue: every topic there is, with the one service that writes it. */
public final class Topics {

    /** Partitions of everything keyed by room; rooms are spread over them and never move to another one. */
    public static final int ROOM_PARTITIONS = 6;

    /** Partitions of everything that is decided by its id. */
    public static final int DECIDER_PARTITIONS = 6;

    public static final Topic<LivekitEvent> LIVEKIT_EVENTS = new Topic<>(
                    "livekit-events",
                    "room name, else room sid, egress id, ingress id, identity",
                    LivekitEvent.class,
                    WEBHOOK_INGEST,
                    Set.of(PRESENCE_HISTORY),
                    ROOM_PARTITIONS,
                    new Keeps.For(Duration.ofDays(30)))
            .withRecordsOf(Topic.WEBHOOK_RECORD_BYTES);

    public static final Topic<LivekitObservation> LIVEKIT_OBSERVATIONS = new Topic<>(
                    "livekit-observations",
                    "room name, else room sid",
                    LivekitObservation.class,
                    SESSION_API,
                    Set.of(PRESENCE_HISTORY),
                    ROOM_PARTITIONS,
                    new Keeps.For(Duration.ofDays(30)))
            // Everybody who is in a room, and a room may hold thousands.
            .withRecordsOf(Topic.WEBHOOK_RECORD_BYTES);

    public static final Topic<ReconcileRequest> RECONCILE_REQUESTS = new Topic<>(
            "reconcile-requests",
            "room name, else room sid",
            ReconcileRequest.class,
            PRESENCE_HISTORY,
            Set.of(SESSION_API),
            ROOM_PARTITIONS,
            new Keeps.For(Duration.ofDays(1)));

    public static final Topic<RoomEvent> ROOM_EVENTS = new Topic<>(
            "room-events",
            "room name, else room sid",
            RoomEvent.class,
            PRESENCE_HISTORY,
            Set.of(SESSION_API, QUOTA_COUNTER, WS_GATEWAY),
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
            Set.of(SESSION_API, WS_GATEWAY),
            ROOM_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<Participant> PARTICIPANTS = new Topic<>(
            "participants",
            "room key / identity, each percent-encoded; partitioned by the room key",
            Participant.class,
            PRESENCE_HISTORY,
            Set.of(SESSION_API, WS_GATEWAY),
            ROOM_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<SessionCommand> SESSION_COMMANDS = new Topic<>(
                    "session-commands",
                    "session id; a tick goes to the partition it names",
                    SessionCommand.class,
                    SESSION_API,
                    Set.of(),
                    DECIDER_PARTITIONS,
                    new Keeps.For(Duration.ofDays(1)))
            .stampedBy(StampedBy.BROKER);

    public static final Topic<SessionEvent> SESSION_EVENTS = new Topic<>(
            "session-events",
            "session id",
            SessionEvent.class,
            SESSION_API,
            Set.of(),
            DECIDER_PARTITIONS,
            new Keeps.Forever());

    public static final Topic<Session> SESSIONS = new Topic<>(
            "sessions", "session id", Session.class, SESSION_API, Set.of(), DECIDER_PARTITIONS, new Keeps.Latest());

    /** One partition where there is a limit over all agencies: who decides about all must see all. */
    public static final Topic<QuotaCommand> QUOTA_COMMANDS = new Topic<>(
                    "quota-commands",
                    "agency; what is about one lease: reservation id, in the partition that it carries; a tick goes to"
                            + " the partition it names. quota-counter itself writes ticks, viewers and limits",
                    QuotaCommand.class,
                    SESSION_API,
                    Set.of(QUOTA_COUNTER),
                    DECIDER_PARTITIONS,
                    new Keeps.For(Duration.ofDays(1)))
            .stampedBy(StampedBy.BROKER);

    public static final Topic<QuotaEvent> QUOTA_EVENTS = new Topic<>(
            "quota-events",
            "agency; reservation id for answers about a lease that there is not",
            QuotaEvent.class,
            QUOTA_COUNTER,
            Set.of(SESSION_API, WS_GATEWAY),
            DECIDER_PARTITIONS,
            new Keeps.Forever());

    public static final Topic<QuotaEvent> QUOTA_REPLIES = new Topic<>(
            "quota-replies",
            "reservation id: answers to heartbeats",
            QuotaEvent.class,
            QUOTA_COUNTER,
            Set.of(SESSION_API),
            DECIDER_PARTITIONS,
            new Keeps.For(Duration.ofHours(1)));

    public static final Topic<AgencyUsage> AGENCY_USAGE = new Topic<>(
            "agency-usage",
            "agency",
            AgencyUsage.class,
            QUOTA_COUNTER,
            Set.of(SESSION_API, WS_GATEWAY),
            DECIDER_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<CameraUsage> CAMERA_USAGE = new Topic<>(
            "camera-usage",
            "agency / camera id, each percent-encoded; partitioned by the agency",
            CameraUsage.class,
            QUOTA_COUNTER,
            Set.of(SESSION_API, WS_GATEWAY),
            DECIDER_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<Lease> LEASES = new Topic<>(
            "leases",
            "reservation id",
            Lease.class,
            QUOTA_COUNTER,
            Set.of(SESSION_API),
            DECIDER_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<CameraCommand> CAMERA_COMMANDS = new Topic<>(
                    "camera-commands",
                    "camera id; a tick goes to the partition it names. Other teams write changes of status",
                    CameraCommand.class,
                    SESSION_API,
                    Set.of(),
                    DECIDER_PARTITIONS,
                    new Keeps.For(Duration.ofDays(1)))
            .stampedBy(StampedBy.BROKER);

    public static final Topic<CameraEvent> CAMERA_EVENTS = new Topic<>(
            "camera-events",
            "camera id",
            CameraEvent.class,
            SESSION_API,
            Set.of(),
            DECIDER_PARTITIONS,
            new Keeps.Forever());

    public static final Topic<Camera> CAMERAS = new Topic<>(
            "cameras",
            "camera id",
            Camera.class,
            SESSION_API,
            Set.of(WS_GATEWAY),
            DECIDER_PARTITIONS,
            new Keeps.Latest());

    public static final Topic<PtzEvent> PTZ_EVENTS = new Topic<>(
            "ptz-events", "camera id", PtzEvent.class, SESSION_API, Set.of(), DECIDER_PARTITIONS, new Keeps.Forever());

    private static final List<Topic<?>> ALL = List.of(
            LIVEKIT_EVENTS,
            LIVEKIT_OBSERVATIONS,
            RECONCILE_REQUESTS,
            ROOM_EVENTS,
            ROOM_FEED,
            ROOMS,
            PARTICIPANTS,
            SESSION_COMMANDS,
            SESSION_EVENTS,
            SESSIONS,
            QUOTA_COMMANDS,
            QUOTA_EVENTS,
            QUOTA_REPLIES,
            AGENCY_USAGE,
            CAMERA_USAGE,
            LEASES,
            CAMERA_COMMANDS,
            CAMERA_EVENTS,
            CAMERAS,
            PTZ_EVENTS,
            deadLetters(WEBHOOK_INGEST),
            deadLetters(SESSION_API),
            deadLetters(QUOTA_COUNTER),
            deadLetters(PRESENCE_HISTORY),
            deadLetters(WS_GATEWAY));

    private Topics() {}

    /** Every topic, in the order of the documentation. */
    public static List<Topic<?>> all() {
        return ALL;
    }

    /** The same where there is a limit over all agencies: who decides about all of them must see all their commands. */
    public static List<Topic<?>> allWithATotalLimit() {
        return ALL.stream()
                .<Topic<?>>map(topic -> topic.equals(QUOTA_COMMANDS) ? topic.withPartitions(1) : topic)
                .toList();
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
