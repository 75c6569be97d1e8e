package io.rollcall.local;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line of a log for a person: the services write one JSON object (ECS) a line, others write text. */
final class LogLine {

    private static final JsonMapper JSON = new JsonMapper();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    /** What every line of a service has, and what is shown in its own place. */
    private static final Set<String> COMMON =
            Set.of("@timestamp", "log", "process", "service", "message", "tags", "ecs", "error");

    private LogLine() {}

    /** The line as text: time, level, logger, message, the other keys, and the stack trace below it. */
    static String render(String line) {
        if (!line.startsWith("{")) {
            return line;
        }
        try {
            JsonNode json = JSON.readTree(line);
            return json.has("@timestamp") && json.has("message") ? render(json) : line;
        } catch (JacksonException | DateTimeException e) {
            return line;
        }
    }

    private static String render(JsonNode json) {
        String logger = json.path("log").path("logger").asString("");
        var text = new StringBuilder()
                .append(TIME.format(Instant.parse(json.path("@timestamp").asString())))
                .append(String.format(
                        Locale.ROOT, " %-5s ", json.path("log").path("level").asString("")))
                .append(logger.substring(logger.lastIndexOf('.') + 1))
                .append(": ")
                .append(json.path("message").asString().strip());
        for (Map.Entry<String, JsonNode> key : json.properties()) {
            if (!COMMON.contains(key.getKey())) {
                String value = key.getValue().isValueNode()
                        ? key.getValue().asString()
                        : key.getValue().toString();
                text.append(' ').append(key.getKey()).append('=').append(value);
            }
        }
        String trace = json.path("error").path("stack_trace").asString("");
        if (!trace.isEmpty()) {
            text.append(System.lineSeparator()).append(trace.stripTrailing());
        }
        return text.toString();
    }
}
