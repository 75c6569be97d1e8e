package io.rollcall.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real LiveKit 1.13.5 was recorded to send and to answer. */
public final class Captures {

    private Captures() {}

    /** The lines of one of the files. */
    public static List<JsonNode> lines(String file) {
        try (var in = Objects.requireNonNull(Captures.class.getResourceAsStream("/captures/" + file), file)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(JsonMapper.shared()::readTree)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
