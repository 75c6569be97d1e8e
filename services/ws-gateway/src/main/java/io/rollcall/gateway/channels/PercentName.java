package io.rollcall.gateway.channels;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Names of any kind in the names of channels, which are printable ASCII. They are measured as what they are, so that a
 * name has a channel in whatever letters it is written: percent-encoded, one letter takes up to twelve characters.
 */
public final class PercentName {

    /** The characters that LiveKit lets the name of a room have, where it is not told otherwise. */
    static final int MAX_LENGTH = 256;

    private static final int MAX_ENCODED = MAX_LENGTH * 12;

    private PercentName() {}

    /** The name that was percent-encoded; null when none can look like this. */
    public static @Nullable String decode(String encoded) {
        if (encoded.length() > MAX_ENCODED) {
            return null;
        }
        String name = encoded.indexOf('%') < 0 ? encoded : decoded(encoded);
        return name == null || name.codePointCount(0, name.length()) > MAX_LENGTH ? null : name;
    }

    private static @Nullable String decoded(String encoded) {
        var bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char character = encoded.charAt(i);
            if (character != '%') {
                bytes.write(character);
                continue;
            }
            if (i + 2 >= encoded.length()) {
                return null;
            }
            int high = Character.digit(encoded.charAt(++i), 16);
            int low = Character.digit(encoded.charAt(++i), 16);
            if (high < 0 || low < 0) {
                return null;
            }
            bytes.write(high << 4 | low);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
