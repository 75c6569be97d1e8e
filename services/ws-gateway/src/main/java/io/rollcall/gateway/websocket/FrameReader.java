package io.rollcall.gateway.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes a client's frames apart, however the network has cut them. Holds memory only for what has arrived of an
 * unfinished message, never for what a header announces.
 */
final class FrameReader {

    /** Takes what was read. */
    interface Sink {

        /**
         * A whole message; the bytes are only lent.
         *
         * @return false to be given nothing more for now
         */
        boolean message(byte[] bytes, int offset, int length);

        void ping(byte[] payload);

        /** The peer says goodbye; the code is 1005 when it gave none. */
        void close(int code);
    }

    /** The peer does not keep to the protocol, or sends too much. */
    static final class Violation extends Exception {
        private static final long serialVersionUID = 1L;

        private final int code;

        Violation(int code) {
            super("close " + code, null, false, false);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    static final int PROTOCOL_ERROR = 1002;
    static final int NOT_UTF8 = 1007;
    static final int TOO_BIG = 1009;
    static final int NO_STATUS = 1005;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX_CONTROL = 125;
    private static final byte[] NOTHING = {};

    private final int maxMessage;

    // The header of the frame at hand, as far as it has come.
    private int headerBytes;
    private int opcode;
    private boolean last;
    private int lengthBytes;
    private long length;
    private int mask;
    private boolean inPayload;
    private long payloadRead;

    // The message at hand.
    private boolean fragmented;
    private boolean text;
    private byte[] message = NOTHING;
    private int messageLength;
    private byte[] control = NOTHING;

    FrameReader(int maxMessage) {
        this.maxMessage = maxMessage;
    }

    /**
     * Reads what is in a buffer, which is backed by an array and is written to.
     *
     * @return false when the sink wants a rest; what is left stays in the buffer
     */
    boolean read(ByteBuffer in, Sink sink) throws Violation {
        while (in.hasRemaining() || (inPayload && payloadRead == length)) {
            if (!inPayload) {
                readHeader(in);
            } else if (!readPayload(in, sink)) {
                return false;
            }
        }
        return true;
    }

    private void readHeader(ByteBuffer in) throws Violation {
        int next = in.get() & 0xFF;
        switch (headerBytes++) {
            case 0 -> {
                last = (next & 0x80) != 0;
                opcode = next & 0x0F;
                if ((next & 0x70) != 0) {
                    throw new Violation(PROTOCOL_ERROR);
                }
                checkOpcode();
            }
            case 1 -> {
                if ((next & 0x80) == 0) {
                    throw new Violation(PROTOCOL_ERROR);
                }
                int size = next & 0x7F;
                lengthBytes = size == 127 ? 8 : size == 126 ? 2 : 0;
                length = lengthBytes == 0 ? size : 0;
                mask = 0;
            }
            default -> {
                if (headerBytes - 2 <= lengthBytes) {
                    length = (length << 8) | next;
                } else {
                    mask = (mask << 8) | next;
                }
            }
        }
        if (headerBytes >= 2 && headerBytes == 2 + lengthBytes) {
            checkLength();
        }
        if (headerBytes >= 2 && headerBytes == 6 + lengthBytes) {
            headerBytes = 0;
            inPayload = true;
            payloadRead = 0;
        }
    }

    private void checkOpcode() throws Violation {
        boolean legal = switch (opcode) {
            case CONTINUATION -> fragmented;
            case TEXT, BINARY -> !fragmented;
            case CLOSE, PING, PONG -> last;
            default -> false;
        };
        if (!legal) {
            throw new Violation(PROTOCOL_ERROR);
        }
    }

    private void checkLength() throws Violation {
        if (length < 0 || (opcode >= CLOSE && length > MAX_CONTROL)) {
            throw new Violation(PROTOCOL_ERROR);
        }
        if (opcode < CLOSE && length > maxMessage - messageLength) {
            throw new Violation(TOO_BIG);
        }
    }

    private boolean readPayload(ByteBuffer in, Sink sink) throws Violation {
        int count = (int) Math.min(length - payloadRead, in.remaining());
        byte[] bytes = in.array();
        int offset = in.arrayOffset() + in.position();
        unmask(bytes, offset, count);
        in.position(in.position() + count);
        boolean wholeInBuffer = payloadRead == 0 && count == length;
        payloadRead += count;
        boolean complete = payloadRead == length;
        if (opcode >= CLOSE) {
            control = append(control, (int) payloadRead - count, bytes, offset, count, MAX_CONTROL);
            if (complete) {
                inPayload = false;
                byte[] payload = Arrays.copyOf(control, (int) length);
                control = NOTHING;
                deliverControl(payload, sink);
            }
            return true;
        }
        if (opcode != CONTINUATION && payloadRead == count) {
            text = opcode == TEXT;
        }
        if (wholeInBuffer && last && messageLength == 0) {
            inPayload = false;
            fragmented = false;
            return deliver(bytes, offset, count, sink);
        }
        message = append(message, messageLength, bytes, offset, count, maxMessage);
        messageLength += count;
        if (!complete) {
            return true;
        }
        inPayload = false;
        fragmented = !last;
        if (!last) {
            return true;
        }
        byte[] whole = message;
        int size = messageLength;
        message = NOTHING;
        messageLength = 0;
        return deliver(whole, 0, size, sink);
    }

    private boolean deliver(byte[] bytes, int offset, int size, Sink sink) throws Violation {
        if (text && !isUtf8(bytes, offset, size)) {
            throw new Violation(NOT_UTF8);
        }
        return sink.message(bytes, offset, size);
    }

    private void deliverControl(byte[] payload, Sink sink) throws Violation {
        switch (opcode) {
            case PING -> sink.ping(payload);
            case CLOSE -> sink.close(closeCode(payload));
            default -> {} // a pong that nobody asked for is allowed
        }
    }

    private static int closeCode(byte[] payload) throws Violation {
        if (payload.length == 0) {
            return NO_STATUS;
        }
        if (payload.length == 1) {
            throw new Violation(PROTOCOL_ERROR);
        }
        int code = ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        boolean legal =
                (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
        if (!legal) {
            throw new Violation(PROTOCOL_ERROR);
        }
        if (!isUtf8(payload, 2, payload.length - 2)) {
            throw new Violation(NOT_UTF8);
        }
        return code;
    }

    private void unmask(byte[] bytes, int offset, int count) {
        int phase = (int) (payloadRead & 3);
        for (int i = 0; i < count; i++) {
            bytes[offset + i] ^= (byte) (mask >>> (24 - 8 * ((phase + i) & 3)));
        }
    }

    private static byte[] append(byte[] to, int used, byte[] from, int offset, int count, int max) {
        byte[] target = to;
        if (used + count > to.length) {
            target = Arrays.copyOf(to, Math.min(max, Math.max(used + count, used * 2)));
        }
        System.arraycopy(from, offset, target, used, count);
        return target;
    }

    private static boolean isUtf8(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return decodes(ByteBuffer.wrap(bytes, i, offset + length - i));
            }
        }
        return true;
    }

    private static boolean decodes(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** For tests: what is held of an unfinished message. */
    int heldBytes() {
        return message.length + control.length;
    }
}
