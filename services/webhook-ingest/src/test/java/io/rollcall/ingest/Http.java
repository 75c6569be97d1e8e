package io.rollcall.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection that writes exactly the bytes it is told to, and reads answers one by one. */
public final class Http implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    /** Connects to the service. */
    public Http(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            in = socket.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer; header names in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {}

    /** Sends a webhook and waits for the answer. */
    public Answer webhook(@Nullable String authorization, byte[] body) {
        return webhook(authorization, body, "");
    }

    /** Sends a webhook with more headers, each with its line end, and waits for the answer. */
    public Answer webhook(@Nullable String authorization, byte[] body, String headers) {
        send(head(authorization, body.length, headers));
        send(body);
        return answer();
    }

    /** The bytes of a webhook's request line and headers. */
    public static String head(@Nullable String authorization, int length, String headers) {
        return "POST /webhooks/livekit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/webhook+json\r\n"
                + (authorization == null ? "" : "Authorization: " + authorization + "\r\n") + headers
                + "Content-Length: " + length + "\r\n\r\n";
    }

    /** Writes some bytes. */
    public void send(String bytes) {
        send(bytes.getBytes(ISO_8859_1));
    }

    /** Writes some bytes. */
    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the next answer. */
    public Answer answer() {
        try {
            String status = line();
            var headers = new LinkedHashMap<String, String>();
            while (true) {
                String line = line();
                if (line.isEmpty()) {
                    break;
                }
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            // What comes in chunks is read with their lengths between, until the connection closes.
            byte[] bytes = headers.containsKey("transfer-encoding")
                    ? in.readAllBytes()
                    : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            String body = new String(bytes, ISO_8859_1);
            return new Answer(Integer.parseInt(status.split(" ", -1)[1]), headers, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the other side closes, with or without an answer before. */
    public boolean closes() {
        try {
            return in.transferTo(new ByteArrayOutputStream()) >= 0;
        } catch (IOException e) {
            return e.getMessage() != null && !e.getMessage().contains("timed out");
        }
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + line);
            }
            if (b == '\n') {
                break;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
