package io.rollcall.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Reads the responses of one HTTP/1.1 connection as their bytes come in, however they are cut. It keeps the status and
 * whether the connection lives on, and skips headers and bodies.
 */
final class ResponseParser {

    private static final int MAX_LINE = 16 * 1024;

    private enum State {
        STATUS,
        HEADERS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS
    }

    private byte[] line = new byte[256];
    private int lineLength;
    private State state = State.STATUS;
    private int status;
    private long remaining;
    private boolean chunked;
    private boolean lengthKnown;
    private boolean closing;

    /** The status of the last response that was complete. */
    int status() {
        return status;
    }

    /** Whether the server said that it closes the connection behind the last complete response. */
    boolean closing() {
        return closing;
    }

    /** Whether some bytes of a response were taken that is not complete. */
    boolean inTheMiddle() {
        return state != State.STATUS || lineLength > 0;
    }

    /**
     * Takes bytes up to the end of one response.
     *
     * @return whether a response is complete; false when all bytes were taken and more are needed
     * @throws IllegalArgumentException when this is no HTTP/1.1 response, or one that only ends with the connection
     */
    boolean take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (state == State.BODY || state == State.CHUNK) {
                int skipped = (int) Math.min(remaining, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                remaining -= skipped;
                if (remaining == 0 && passBody()) {
                    return true;
                }
            } else if (endOfLine(bytes.get()) && passLine()) {
                return true;
            }
        }
        return false;
    }

    private boolean endOfLine(byte next) {
        if (next == '\n') {
            if (lineLength > 0 && line[lineLength - 1] == '\r') {
                lineLength--;
            }
            return true;
        }
        if (lineLength == line.length) {
            if (lineLength == MAX_LINE) {
                throw new IllegalArgumentException("a line of more than " + MAX_LINE + " bytes");
            }
            line = java.util.Arrays.copyOf(line, line.length * 2);
        }
        line[lineLength++] = next;
        return false;
    }

    private boolean passBody() {
        if (state == State.CHUNK) {
            state = State.CHUNK_END;
            return false;
        }
        return complete();
    }

    private boolean passLine() {
        int length = lineLength;
        lineLength = 0;
        switch (state) {
            case STATUS -> begin(length);
            case HEADERS -> {
                if (length > 0) {
                    header(length);
                } else {
                    return endOfHeaders();
                }
            }
            case CHUNK_SIZE -> {
                remaining = chunkSize(length);
                state = remaining == 0 ? State.TRAILERS : State.CHUNK;
            }
            case CHUNK_END -> {
                if (length > 0) {
                    throw new IllegalArgumentException("a chunk is longer than it says");
                }
                state = State.CHUNK_SIZE;
            }
            case TRAILERS -> {
                return length == 0 && complete();
            }
            case BODY, CHUNK -> throw new IllegalStateException("bodies have no lines");
        }
        return false;
    }

    private void begin(int length) {
        // HTTP/1.1 200
        if (length < 12 || line[0] != 'H' || line[4] != '/' || line[5] != '1' || line[8] != ' ') {
            throw new IllegalArgumentException("no status line: " + text(length));
        }
        status = 0;
        for (int i = 9; i < 12; i++) {
            if (line[i] < '0' || line[i] > '9') {
                throw new IllegalArgumentException("no status: " + text(length));
            }
            status = status * 10 + line[i] - '0';
        }
        closing = false;
        chunked = false;
        lengthKnown = false;
        remaining = 0;
        state = State.HEADERS;
    }

    private void header(int length) {
        // Only these three matter, and their first letters are cheaper to look at than a string is to make.
        switch (line[0]) {
            case 'C', 'c', 'T', 't' -> header(text(length).toLowerCase(Locale.ROOT));
            default -> {}
        }
    }

    private void header(String lowered) {
        int colon = lowered.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no header: " + lowered);
        }
        String value = lowered.substring(colon + 1).strip();
        switch (lowered.substring(0, colon)) {
            case "content-length" -> {
                remaining = Long.parseLong(value);
                lengthKnown = true;
            }
            case "transfer-encoding" -> chunked = value.endsWith("chunked");
            case "connection" -> closing = value.contains("close");
            default -> {}
        }
    }

    private boolean endOfHeaders() {
        if (status < 200) {
            state = State.STATUS;
            return false;
        }
        if (status == 204 || status == 304) {
            return complete();
        }
        if (chunked) {
            state = State.CHUNK_SIZE;
            return false;
        }
        if (!lengthKnown) {
            throw new IllegalArgumentException("a response without a length");
        }
        state = State.BODY;
        return remaining == 0 && complete();
    }

    private boolean complete() {
        state = State.STATUS;
        return true;
    }

    private long chunkSize(int length) {
        String size = text(length);
        int extension = size.indexOf(';');
        return Long.parseLong((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
    }

    private String text(int length) {
        return new String(line, 0, length, ISO_8859_1);
    }
}
