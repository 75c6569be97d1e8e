package io.rollcall.presence.rooms.wire;

import io.rollcall.kit.web.OutsideJson;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whose room it is: {@code agency} or {@code source} in its metadata, when that is a JSON object. The metadata comes
 * with every event of a room, so the last answers are remembered. Not for several threads.
 */
final class RoomAgencies {

    private static final int REMEMBERED = 1024;
    private static final int LONGEST_REMEMBERED = 4096;
    private static final JsonMapper JSON = OutsideJson.mapper();

    private final Map<String, String> answers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    String of(String metadata) {
        if (metadata.isEmpty() || metadata.charAt(0) != '{') {
            return "";
        }
        if (metadata.length() > LONGEST_REMEMBERED) {
            return read(metadata);
        }
        return answers.computeIfAbsent(metadata, RoomAgencies::read);
    }

    private static String read(String metadata) {
        try {
            JsonNode json = JSON.readTree(metadata);
            String agency = json.path("agency").asString("");
            String found = agency.isEmpty() ? json.path("source").asString("") : agency;
            return Bounds.isName(found) ? found : "";
        } catch (JacksonException e) {
            // Metadata is the client's own and need not be JSON.
            return "";
        }
    }
}
