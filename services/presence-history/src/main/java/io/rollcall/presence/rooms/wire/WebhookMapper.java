package io.rollcall.presence.rooms.wire;

import io.rollcall.kit.web.OutsideJson;
import io.rollcall.presence.rooms.domain.Webhook;
import io.rollcall.presence.rooms.domain.Webhook.Origin;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantDetails;
import io.rollcall.presence.rooms.domain.Webhook.ParticipantSeen;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.RoomSeen;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import io.rollcall.schemas.livekit.LivekitEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads what LiveKit sent: one pass over the payload, unknown fields skipped, numbers taken as strings too, enum names
 * kept as text. Zero values are absent in LiveKit's JSON and get their names back here. Not for several threads.
 */
public final class WebhookMapper {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_TEXT = 8 * 1024 * 1024;
    private static final Instant LAST_INSTANT = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final JsonFactory JSON = OutsideJson.factory()
            .rebuild()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .build();

    private final RoomAgencies agencies = new RoomAgencies();

    /**
     * The webhook in an event.
     *
     * @param recordedAt the timestamp of its record
     * @throws UnmappableException when the rules can make nothing of it
     */
    public Webhook webhook(LivekitEvent event, Instant recordedAt) {
        Payload payload = read(event.getPayload());
        List<String> leftOut = payload.leaveOut(event.getEvent());
        var origin = new Origin(
                payload.createdAt == null
                        ? event.getOccurredAt().truncatedTo(ChronoUnit.SECONDS)
                        : seconds(payload.createdAt),
                recordedAt,
                leftOut);
        return switch (event.getEvent()) {
            case "room_started" -> new Webhook.RoomStarted(origin, namedRoom(payload));
            case "room_finished" -> new Webhook.RoomFinished(origin, namedRoom(payload));
            case "participant_joined" ->
                new Webhook.ParticipantJoined(origin, namedRoom(payload), fullParticipant(payload, origin));
            case "participant_left" ->
                new Webhook.ParticipantLeft(origin, namedRoom(payload), fullParticipant(payload, origin));
            case "participant_connection_aborted" ->
                new Webhook.ConnectionAborted(origin, namedRoom(payload), fullParticipant(payload, origin));
            case "track_published" ->
                new Webhook.TrackPublished(origin, namedRoom(payload), participant(payload), track(payload));
            case "track_unpublished" ->
                new Webhook.TrackUnpublished(origin, namedRoom(payload), participant(payload), track(payload));
            default -> reported(Bounds.name(event.getEvent()), payload, origin);
        };
    }

    private Webhook reported(String event, Payload payload, Origin origin) {
        Report report = payload.report;
        return new Webhook.Reported(
                origin,
                room(payload),
                event,
                report == null ? "" : report.subjectId(),
                report == null ? "" : report.status(),
                report == null ? "" : report.json());
    }

    private RoomSeen namedRoom(Payload payload) {
        if (payload.roomSid.isEmpty()) {
            throw new UnmappableException("no room.sid");
        }
        return room(payload);
    }

    private RoomSeen room(Payload payload) {
        Instant madeAt = payload.roomCreatedMs != null
                ? millis(payload.roomCreatedMs)
                : payload.roomCreated != null ? seconds(payload.roomCreated) : null;
        return new RoomSeen(
                payload.roomSid,
                madeAt == null
                        ? null
                        : new RoomDetails(
                                madeAt,
                                payload.roomMetadata,
                                payload.maxParticipants,
                                agencies.of(payload.roomMetadata)));
    }

    private static ParticipantSeen participant(Payload payload) {
        if (payload.participantSid.isEmpty()) {
            throw new UnmappableException("no participant.sid");
        }
        return new ParticipantSeen(payload.participantSid, payload.identityOrSid(), null);
    }

    private static ParticipantSeen fullParticipant(Payload payload, Origin origin) {
        ParticipantSeen pointer = participant(payload);
        Instant joinedAt = payload.joinedMs != null
                ? millis(payload.joinedMs)
                : payload.joined != null ? seconds(payload.joined) : origin.createdAt();
        return new ParticipantSeen(
                pointer.sid(),
                pointer.identity(),
                new ParticipantDetails(
                        new Profile(
                                pointer.identity(),
                                payload.name,
                                payload.kind,
                                payload.hidden,
                                payload.canPublish,
                                payload.metadata,
                                payload.attributes),
                        joinedAt,
                        payload.version,
                        payload.state,
                        payload.disconnectReason));
    }

    private static Track track(Payload payload) {
        if (payload.trackSid.isEmpty()) {
            throw new UnmappableException("no track.sid");
        }
        return new Track(
                payload.trackSid,
                payload.trackKind,
                payload.trackSource,
                payload.mimeType,
                payload.muted,
                payload.trackVersion);
    }

    private static Instant seconds(long seconds) {
        if (seconds < 0 || seconds > LAST_INSTANT.getEpochSecond()) {
            throw new UnmappableException("a time is out of range");
        }
        return Instant.ofEpochSecond(seconds);
    }

    private static Instant millis(long millis) {
        if (millis < 0 || millis > LAST_INSTANT.toEpochMilli()) {
            throw new UnmappableException("a time is out of range");
        }
        return Instant.ofEpochMilli(millis);
    }

    private static Payload read(String json) {
        var payload = new Payload();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnmappableException("the payload is no JSON object");
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "createdAt" -> payload.createdAt = number(parser, name);
                    case "room" -> readRoom(parser, value, payload);
                    case "participant" -> readParticipant(parser, value, payload);
                    case "track" -> readTrack(parser, value, payload);
                    case "egressInfo" -> payload.report = Report.read(parser, "egressId");
                    case "ingressInfo" -> payload.report = Report.read(parser, "ingressId");
                    default -> parser.skipChildren();
                }
            }
            return payload;
        } catch (JacksonException e) {
            throw UnmappableException.because("the payload is not valid JSON", e);
        }
    }

    private static void readRoom(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "sid" -> payload.roomSid = text(parser);
                case "creationTime" -> payload.roomCreated = number(parser, name);
                case "creationTimeMs" -> payload.roomCreatedMs = number(parser, name);
                case "metadata" -> payload.roomMetadata = contents(parser);
                case "maxParticipants" ->
                    payload.maxParticipants = (int) Math.min(Integer.MAX_VALUE, number(parser, name));
                default -> parser.skipChildren();
            }
        }
    }

    private static void readParticipant(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "sid" -> payload.participantSid = text(parser);
                case "identity" -> payload.identity = text(parser);
                case "state" -> payload.state = named(parser, "JOINING");
                case "metadata" -> payload.metadata = contents(parser);
                case "joinedAt" -> payload.joined = number(parser, name);
                case "joinedAtMs" -> payload.joinedMs = number(parser, name);
                case "name" -> payload.name = contents(parser);
                case "version" -> payload.version = number(parser, name);
                case "permission" -> readPermission(parser, token, payload);
                case "kind" -> payload.kind = named(parser, "STANDARD");
                case "attributes" -> readAttributes(parser, token, payload);
                case "disconnectReason" -> payload.disconnectReason = named(parser, "UNKNOWN_REASON");
                default -> parser.skipChildren();
            }
        }
    }

    private static void readPermission(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "hidden" -> payload.hidden = token == JsonToken.VALUE_TRUE;
                case "canPublish" -> payload.canPublish = token == JsonToken.VALUE_TRUE;
                default -> {}
            }
            parser.skipChildren();
        }
    }

    private static void readAttributes(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        var attributes = new HashMap<String, String>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            attributes.put(name, contents(parser));
        }
        payload.attributes = attributes;
    }

    private static void readTrack(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "sid" -> payload.trackSid = text(parser);
                case "type" -> payload.trackKind = named(parser, "AUDIO");
                case "source" -> payload.trackSource = named(parser, "UNKNOWN");
                case "mimeType" -> payload.mimeType = text(parser);
                case "muted" -> payload.muted = token == JsonToken.VALUE_TRUE;
                case "version" -> readTrackVersion(parser, token, payload);
                default -> parser.skipChildren();
            }
        }
    }

    private static void readTrackVersion(JsonParser parser, JsonToken value, Payload payload) {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            if (name.equals("unixMicro")) {
                payload.trackVersion = number(parser, name);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** A name or a word: too long a one means nothing. */
    private static String text(JsonParser parser) {
        return Bounds.name(contents(parser));
    }

    /** The text of a string, a number or a truth value; empty for anything else. */
    private static String contents(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL || !token.isScalarValue()) {
            parser.skipChildren();
            return "";
        }
        return parser.getString();
    }

    private static String named(JsonParser parser, String zero) {
        String name = text(parser);
        return name.isEmpty() || name.equals("0") ? zero : name;
    }

    private static long number(JsonParser parser, String name) {
        String digits = text(parser);
        if (digits.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new UnmappableException(name + " is not a whole number");
        }
    }

    /** What was found, before anything is made of it. Absent values are LiveKit's zero values. */
    private static final class Payload {
        private @Nullable Long createdAt;
        private String roomSid = "";
        private @Nullable Long roomCreated;
        private @Nullable Long roomCreatedMs;
        private String roomMetadata = "";
        private int maxParticipants;
        private String participantSid = "";
        private String identity = "";
        private String state = "JOINING";
        private String metadata = "";
        private @Nullable Long joined;
        private @Nullable Long joinedMs;
        private String name = "";
        private long version;
        private boolean hidden;
        private boolean canPublish;
        private String kind = "STANDARD";
        private Map<String, String> attributes = Map.of();
        private String disconnectReason = "UNKNOWN_REASON";
        private String trackSid = "";
        private String trackKind = "AUDIO";
        private String trackSource = "UNKNOWN";
        private String mimeType = "";
        private boolean muted;
        private long trackVersion;
        private @Nullable Report report;

        /** Leaves out what is too large, and gives it in words. A room's metadata comes with every event: said once. */
        private List<String> leaveOut(String event) {
            List<String> leftOut = new ArrayList<>();
            if (!Bounds.fits(roomMetadata)) {
                if (event.startsWith("room_")) {
                    leftOut.add("room metadata of " + Bounds.bytes(roomMetadata) + " bytes");
                }
                roomMetadata = "";
            }
            if (!Bounds.isName(name)) {
                leftOut.add("name of " + name.length() + " characters");
                name = "";
            }
            if (!Bounds.fits(metadata)) {
                leftOut.add("metadata of " + Bounds.bytes(metadata) + " bytes");
                metadata = "";
            }
            if (!Bounds.fit(attributes)) {
                leftOut.add("attributes of " + Bounds.bytes(attributes) + " bytes");
                attributes = Map.of();
            }
            if (report != null && !Bounds.fits(report.json())) {
                leftOut.add("payload of " + Bounds.bytes(report.json()) + " bytes");
                report = report.withoutItself();
            }
            return leftOut;
        }

        /** A participant without an identity holds the slot of its sid. */
        private String identityOrSid() {
            return identity.isEmpty() ? participantSid : identity;
        }
    }
}
