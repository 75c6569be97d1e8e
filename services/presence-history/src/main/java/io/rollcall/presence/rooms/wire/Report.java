package io.rollcall.presence.rooms.wire;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An egress or ingress as it is kept: without stream keys, credentials, and what URLs may hold of them.
 *
 * @param subjectId its id
 * @param status LiveKit's word for how it is
 */
record Report(String subjectId, String status, String json) {

    /** What is read stands in the middle of a payload that goes on. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Names in lower case without underscores, so that both of LiveKit's spellings are met. */
    private static final Set<String> SECRET = Set.of(
            "streamkey",
            "secret",
            "accesskey",
            "accountkey",
            "sessiontoken",
            "assumeroleexternalid",
            "credentials",
            "password",
            "username",
            "signingkey",
            "token");

    /** A stream's address is as good as its key. */
    private static final Set<String> ADDRESS = Set.of("url", "urls", "custombaseurl");

    static Report read(JsonParser parser, String idName) {
        JsonNode info = JSON.readTree(parser);
        if (!info.isObject()) {
            return new Report("", "", "");
        }
        JsonNode status =
                info.has("status") ? info.path("status") : info.path("state").path("status");
        return new Report(
                Bounds.name(info.path(idName).asString("")),
                Bounds.name(status.asString("")),
                JSON.writeValueAsString(without(info, false)));
    }

    /** What it is of, and no more. */
    Report withoutItself() {
        return new Report(subjectId, status, "");
    }

    private static JsonNode without(JsonNode node, boolean address) {
        if (node instanceof ObjectNode object) {
            ObjectNode kept = JsonNodeFactory.instance.objectNode();
            for (var field : object.properties()) {
                String name = field.getKey().replace("_", "").toLowerCase(Locale.ROOT);
                if (!SECRET.contains(name)) {
                    kept.set(field.getKey(), without(field.getValue(), ADDRESS.contains(name)));
                }
            }
            return kept;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode kept = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> kept.add(without(element, address)));
            return kept;
        }
        return node.isString() && (address || node.asString().contains("://"))
                ? JsonNodeFactory.instance.stringNode(harmless(node.asString(), address))
                : node;
    }

    /** A URL without user, query and fragment; an address without its path too. */
    private static String harmless(String url, boolean address) {
        try {
            URI uri = new URI(url);
            if (uri.getScheme() == null || uri.getHost() == null) {
                return address ? "" : withoutTail(url);
            }
            String host = uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
            return address || uri.getRawPath() == null ? host : host + uri.getRawPath();
        } catch (URISyntaxException e) {
            return address ? "" : withoutTail(url);
        }
    }

    private static String withoutTail(String text) {
        int end = List.of(text.indexOf('?'), text.indexOf('#'), text.indexOf("://")).stream()
                .filter(index -> index >= 0)
                .min(Integer::compare)
                .orElse(text.length());
        return text.substring(0, end);
    }
}
