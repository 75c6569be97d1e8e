package io.rollcall.presence.rooms.wire;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * How long may be what LiveKit tells, so that whatever is made of it is a record that its topic takes. Names that are
 * longer make no sense of a webhook; longer contents are left out, and the rest of the webhook counts.
 */
public final class Bounds {

    /** Names, ids and LiveKit's words, in characters: four times what LiveKit takes when nobody says otherwise. */
    static final int NAME = 1024;

    /** Metadata, or an egress or ingress, in bytes: eight times what LiveKit takes as metadata. */
    static final int CONTENT = 512 * 1024;

    /** All attributes of somebody together, in bytes: four times what LiveKit takes. */
    static final int ATTRIBUTES = 256 * 1024;

    private static final int MOST_BYTES_PER_CHARACTER = 3;

    private Bounds() {}

    /** The same name. */
    public static String name(String name) {
        if (!isName(name)) {
            throw new UnmappableException("a name of " + name.length() + " characters");
        }
        return name;
    }

    static boolean isName(String text) {
        return text.length() <= NAME;
    }

    /** Whether contents may be kept. */
    static boolean fits(String content) {
        return content.length() <= CONTENT / MOST_BYTES_PER_CHARACTER || bytes(content) <= CONTENT;
    }

    static boolean fit(Map<String, String> attributes) {
        long characters = 0;
        for (var attribute : attributes.entrySet()) {
            characters += attribute.getKey().length() + attribute.getValue().length();
        }
        return characters <= ATTRIBUTES / MOST_BYTES_PER_CHARACTER || bytes(attributes) <= ATTRIBUTES;
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static long bytes(Map<String, String> attributes) {
        return attributes.entrySet().stream()
                .mapToLong(attribute -> (long) bytes(attribute.getKey()) + bytes(attribute.getValue()))
                .sum();
    }
}
