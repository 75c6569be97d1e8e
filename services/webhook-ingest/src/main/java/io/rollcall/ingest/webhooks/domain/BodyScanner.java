package io.rollcall.ingest.webhooks.domain;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.ingest.webhooks.domain.JsonScanner.Token;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads from a body the few fields we need and takes LiveKit's secrets out of it, in one pass; all other bytes stay as
 * received. Secrets are every {@code turnPassword}, and the {@code streamKey} in {@code ingressInfo}, with which anybody
 * could publish. Where a name comes twice the last one counts.
 */
public final class BodyScanner {

    private static final byte[] TURN_PASSWORD = ascii("turnPassword");
    private static final byte[] TURN_PASSWORD_SNAKE = ascii("turn_password");
    private static final byte[] STREAM_KEY = ascii("streamKey");
    private static final byte[] STREAM_KEY_SNAKE = ascii("stream_key");
    private static final byte[] ROOM = ascii("room");
    private static final byte[] PARTICIPANT = ascii("participant");
    private static final byte[] EGRESS_INFO = ascii("egressInfo");
    private static final byte[] INGRESS_INFO = ascii("ingressInfo");
    private static final byte[] EVENT = ascii("event");
    private static final byte[] ID = ascii("id");
    private static final byte[] CREATED_AT = ascii("createdAt");
    private static final byte[] NAME = ascii("name");
    private static final byte[] SID = ascii("sid");
    private static final byte[] IDENTITY = ascii("identity");
    private static final byte[] EGRESS_ID = ascii("egressId");
    private static final byte[] INGRESS_ID = ascii("ingressId");
    private static final byte[] ROOM_NAME = ascii("roomName");
    private static final byte[] ROOM_ID = ascii("roomId");

    private enum Field {
        NONE,
        EVENT,
        ID,
        CREATED_AT,
        ROOM,
        ROOM_NAME,
        ROOM_SID,
        PARTICIPANT,
        PARTICIPANT_SID,
        IDENTITY,
        EGRESS,
        EGRESS_ID,
        INGRESS,
        INGRESS_ID,
        ROOM_NAME_OF_INFO,
        ROOM_SID_OF_INFO
    }

    private final byte[] body;
    private final JsonScanner json;
    private String event = "";
    private String eventId = "";
    private long createdAt = Webhook.NO_TIME;
    private String roomName = "";
    private String roomSid = "";
    private String participantSid = "";
    private String identity = "";
    private String egressId = "";
    private String ingressId = "";
    private String roomNameOfInfo = "";
    private String roomSidOfInfo = "";
    private int[] cuts = {};
    private int cutCount;

    private BodyScanner(byte[] body) {
        this.body = body;
        this.json = new JsonScanner(body);
    }

    /** Scans the exact bytes that were signed. */
    public static Scan scan(byte[] body) {
        return new BodyScanner(body).run();
    }

    private Scan run() {
        if (json.next() != Token.OBJECT_START) {
            String problem = json.problem();
            return unreadable(problem.isEmpty() ? "not an object" : problem);
        }
        var field = Field.NONE;
        var section = Field.NONE;
        while (true) {
            Token token = json.next();
            switch (token) {
                case NAME -> {
                    if (namesSecret(section)) {
                        if (!cutMember()) {
                            return unreadable(json.problem());
                        }
                    } else if (json.depth() == 1) {
                        field = topField();
                    } else if (json.depth() == 2 && section != Field.NONE) {
                        field = fieldOf(section);
                    }
                }
                case STRING -> {
                    if (field != Field.NONE) {
                        text(field);
                        field = Field.NONE;
                    }
                }
                case NUMBER -> {
                    if (field == Field.CREATED_AT) {
                        createdAt = json.wholeNumber(Webhook.NO_TIME);
                    }
                    field = Field.NONE;
                }
                case OBJECT_START -> {
                    if (json.depth() == 2) {
                        section = field;
                        forget(field);
                    }
                    field = Field.NONE;
                }
                case ARRAY_START, TRUE, FALSE, NULL -> field = Field.NONE;
                case OBJECT_END -> {
                    if (json.depth() == 1) {
                        section = Field.NONE;
                    }
                }
                case ARRAY_END -> {}
                case END -> {
                    return read();
                }
                case MALFORMED -> {
                    return unreadable(json.problem());
                }
            }
        }
    }

    private boolean namesSecret(Field section) {
        return json.textIs(TURN_PASSWORD)
                || json.textIs(TURN_PASSWORD_SNAKE)
                // Elsewhere it is somebody's own word, such as an attribute.
                || (section == Field.INGRESS && (json.textIs(STREAM_KEY) || json.textIs(STREAM_KEY_SNAKE)));
    }

    private Field topField() {
        if (json.textIs(EVENT)) {
            return Field.EVENT;
        }
        if (json.textIs(ID)) {
            return Field.ID;
        }
        if (json.textIs(CREATED_AT)) {
            return Field.CREATED_AT;
        }
        if (json.textIs(ROOM)) {
            return Field.ROOM;
        }
        if (json.textIs(PARTICIPANT)) {
            return Field.PARTICIPANT;
        }
        if (json.textIs(EGRESS_INFO)) {
            return Field.EGRESS;
        }
        return json.textIs(INGRESS_INFO) ? Field.INGRESS : Field.NONE;
    }

    private Field fieldOf(Field section) {
        return switch (section) {
            case ROOM -> json.textIs(NAME) ? Field.ROOM_NAME : json.textIs(SID) ? Field.ROOM_SID : Field.NONE;
            case PARTICIPANT ->
                json.textIs(SID) ? Field.PARTICIPANT_SID : json.textIs(IDENTITY) ? Field.IDENTITY : Field.NONE;
            case EGRESS -> json.textIs(EGRESS_ID) ? Field.EGRESS_ID : roomOfInfo();
            case INGRESS -> json.textIs(INGRESS_ID) ? Field.INGRESS_ID : roomOfInfo();
            default -> Field.NONE;
        };
    }

    private Field roomOfInfo() {
        return json.textIs(ROOM_NAME)
                ? Field.ROOM_NAME_OF_INFO
                : json.textIs(ROOM_ID) ? Field.ROOM_SID_OF_INFO : Field.NONE;
    }

    private void text(Field field) {
        switch (field) {
            case EVENT -> event = json.text();
            case ID -> eventId = json.text();
            case CREATED_AT -> createdAt = json.wholeNumberInText(Webhook.NO_TIME);
            case ROOM_NAME -> roomName = json.text();
            case ROOM_SID -> roomSid = json.text();
            case PARTICIPANT_SID -> participantSid = json.text();
            case IDENTITY -> identity = json.text();
            case EGRESS_ID -> egressId = json.text();
            case INGRESS_ID -> ingressId = json.text();
            case ROOM_NAME_OF_INFO -> roomNameOfInfo = json.text();
            case ROOM_SID_OF_INFO -> roomSidOfInfo = json.text();
            case NONE, ROOM, PARTICIPANT, EGRESS, INGRESS -> {}
        }
    }

    /** An object that comes twice is the last one alone, not a mixture of both. */
    private void forget(Field section) {
        switch (section) {
            case ROOM -> {
                roomName = "";
                roomSid = "";
            }
            case PARTICIPANT -> {
                participantSid = "";
                identity = "";
            }
            case EGRESS -> {
                egressId = "";
                forgetRoomOfInfo();
            }
            case INGRESS -> {
                ingressId = "";
                forgetRoomOfInfo();
            }
            default -> {}
        }
    }

    private void forgetRoomOfInfo() {
        roomNameOfInfo = "";
        roomSidOfInfo = "";
    }

    /** Takes out the member whose name was just read, with one of the commas around it. */
    private boolean cutMember() {
        int nameStart = json.tokenStart();
        int comma = json.separator();
        int depth = json.depth();
        Token token;
        do {
            token = json.next();
            if (token == Token.MALFORMED) {
                return false;
            }
        } while (json.depth() > depth);
        int valueEnd = json.tokenEnd();
        // A comma that went with the member before it is no longer there to be taken.
        boolean first = comma < 0 || (cutCount > 0 && comma < cuts[2 * cutCount - 1]);
        if (first) {
            int next = json.peekComma();
            cut(nameStart, next < 0 ? valueEnd : next + 1);
        } else {
            cut(comma, valueEnd);
        }
        return true;
    }

    private void cut(int from, int to) {
        if (cuts.length < 2 * (cutCount + 1)) {
            cuts = Arrays.copyOf(cuts, Math.max(4, 2 * cuts.length));
        }
        cuts[2 * cutCount] = from;
        cuts[2 * cutCount + 1] = to;
        cutCount++;
    }

    private byte[] stripped() {
        if (cutCount == 0) {
            return body;
        }
        int length = body.length;
        for (int i = 0; i < cutCount; i++) {
            length -= cuts[2 * i + 1] - cuts[2 * i];
        }
        byte[] kept = new byte[length];
        int from = 0;
        int to = 0;
        for (int i = 0; i <= cutCount; i++) {
            int until = i < cutCount ? cuts[2 * i] : body.length;
            System.arraycopy(body, from, kept, to, until - from);
            to += until - from;
            from = i < cutCount ? cuts[2 * i + 1] : until;
        }
        return kept;
    }

    private Scan read() {
        byte[] payload = stripped();
        if (event.isEmpty()) {
            return new Scan.Unreadable("it names no event", payload);
        }
        // Egress and ingress events need not come with a room, but say which one they are about.
        return new Scan.Event(new Webhook(
                event,
                eventId,
                createdAt,
                roomName.isEmpty() ? roomNameOfInfo : roomName,
                roomSid.isEmpty() ? roomSidOfInfo : roomSid,
                participantSid,
                identity,
                egressId,
                ingressId,
                payload));
    }

    private Scan.Unreadable unreadable(String problem) {
        return new Scan.Unreadable(problem, cannotHideSecret() ? body : null);
    }

    /**
     * Whether text that is not JSON is plain enough to say that it holds no secret: UTF-8 without control characters and
     * without escapes that could spell one.
     */
    private boolean cannotHideSecret() {
        for (byte b : body) {
            if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            return false;
        }
        String lower = text.toLowerCase(Locale.ROOT).replace("_", "");
        return !lower.contains("\\u") && !lower.contains("password") && !lower.contains("streamkey");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
