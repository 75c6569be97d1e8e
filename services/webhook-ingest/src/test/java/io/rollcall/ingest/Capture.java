package io.rollcall.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Deliveries of a real LiveKit server (1.13.5), recorded with their headers; made for tests, the keys open nothing. */
@SuppressWarnings("ArrayRecordComponent") // handed on and never compared
public record Capture(int seq, long receivedAtMillis, String authorization, byte[] body) {

    public static final String API_KEY = "devkey";
    public static final String API_SECRET = "secretsecretsecretsecretsecretsecret";

    private static final Path FOLDER = Path.of("..", "..", "infra", "captures");

    /** All deliveries of the scenarios, in the order of their arrival. */
    public static List<Capture> scenarios() {
        return read("webhooks-scenarios.ndjson");
    }

    /** Both captures. */
    public static List<Capture> all() {
        return Stream.concat(scenarios().stream(), read("webhooks-volume.ndjson").stream())
                .toList();
    }

    private static List<Capture> read(String file) {
        var mapper = JsonMapper.shared();
        try (Stream<String> lines = Files.lines(FOLDER.resolve(file))) {
            return lines.map(line -> of(mapper.readTree(line))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Capture of(JsonNode line) {
        return new Capture(
                line.get("seq").asInt(),
                line.get("receivedAtMs").asLong(),
                line.get("headers").get("authorization").asString(),
                line.get("body").asString().getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return "delivery " + seq;
    }
}
