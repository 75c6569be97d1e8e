package io.rollcall.gateway.websocket;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Puts a server's frames together. They are not masked, so the same bytes do for everybody. */
final class Frames {

    static final int MAX_HEADER = 10;

    private static final int FIN = 0x80;
    private static final int MAX_CLOSE_REASON = 123;

    private Frames() {}

    /** The header of a text frame that is whole. */
    static void textHeader(ByteBuffer out, int length) {
        out.put((byte) (FIN | 1));
        if (length < 126) {
            out.put((byte) length);
        } else if (length <= 0xFFFF) {
            out.put((byte) 126).putShort((short) length);
        } else {
            out.put((byte) 127).putLong(length);
        }
    }

    /** A close frame; the reason is cut where it is too long, between two characters. */
    static byte[] close(int code, String reason) {
        ByteBuffer frame = ByteBuffer.allocate(4 + MAX_CLOSE_REASON);
        frame.position(2);
        frame.putShort((short) code);
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        utf8.encode(CharBuffer.wrap(reason), frame, true);
        int length = frame.position() - 2;
        frame.put(0, (byte) (FIN | 8)).put(1, (byte) length);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /** A ping of the WebSocket protocol. */
    static byte[] ping() {
        return new byte[] {(byte) (FIN | 9), 0};
    }

    /** The answer to a ping of the WebSocket protocol. */
    static byte[] pong(byte[] payload) {
        byte[] frame = new byte[2 + payload.length];
        frame[0] = (byte) (FIN | 10);
        frame[1] = (byte) payload.length;
        System.arraycopy(payload, 0, frame, 2, payload.length);
        return frame;
    }
}
