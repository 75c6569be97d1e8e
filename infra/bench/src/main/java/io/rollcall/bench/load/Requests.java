package io.rollcall.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests whose bytes were laid out before the clock started, outside the heap. A run sends each at most once; several
 * receivers may be given the same ones.
 */
public final class Requests {

    private static final int SLAB_BYTES = 16 * 1024 * 1024;

    private static final String HEADERS =
            " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Go-http-client/1.1\r\nContent-Type: ";

    private final String path;
    private final List<ByteBuffer> slabs = new ArrayList<>();
    private final List<ByteBuffer> requests;

    /** Prepares for about so many requests to one path. */
    public Requests(String path, int expected) {
        this.path = path;
        this.requests = new ArrayList<>(expected);
    }

    /** Lays out a POST of this webhook with this {@code Authorization}. */
    public void add(byte[] body, String authorization) {
        add("POST " + path, "application/webhook+json", "\r\nAuthorization: " + authorization, body);
    }

    /**
     * Lays out a request without {@code Authorization}.
     *
     * @param below what follows the path of all of them; may be empty
     */
    public void add(String method, String below, byte[] json) {
        add(method + " " + path + below, "application/json", "", json);
    }

    private void add(String line, String type, String more, byte[] body) {
        byte[] headers =
                (line + HEADERS + type + "\r\nContent-Length: " + body.length + more + "\r\n\r\n").getBytes(ISO_8859_1);
        int length = headers.length + body.length;
        ByteBuffer slab = slabWithRoomFor(length);
        int start = slab.position();
        slab.put(headers).put(body);
        requests.add(slab.slice(start, length).asReadOnlyBuffer());
    }

    /** How many there are. */
    public int size() {
        return requests.size();
    }

    /** The bytes of one, with a position of their own. */
    ByteBuffer get(int index) {
        return requests.get(index).duplicate();
    }

    private ByteBuffer slabWithRoomFor(int length) {
        if (slabs.isEmpty() || slabs.getLast().remaining() < length) {
            slabs.add(ByteBuffer.allocateDirect(Math.max(SLAB_BYTES, length)));
        }
        return slabs.getLast();
    }
}
