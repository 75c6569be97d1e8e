package io.rollcall.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Writes compact JSON straight into UTF-8, and takes JSON that is bytes already as it is. Every publication goes through
 * it, once.
 */
public final class JsonBytes {

    private static final HexFormat HEX = HexFormat.of();

    private byte[] bytes;
    private int length;
    private boolean first = true;

    /** Expects about so many bytes. */
    public JsonBytes(int expected) {
        this.bytes = new byte[expected];
    }

    public JsonBytes beginObject() {
        separate();
        put('{');
        first = true;
        return this;
    }

    public JsonBytes endObject() {
        put('}');
        first = false;
        return this;
    }

    public JsonBytes beginArray() {
        separate();
        put('[');
        first = true;
        return this;
    }

    public JsonBytes endArray() {
        put(']');
        first = false;
        return this;
    }

    /** The name of the next value. */
    public JsonBytes name(String name) {
        separate();
        quoted(name);
        put(':');
        first = true;
        return this;
    }

    public JsonBytes string(String value) {
        separate();
        quoted(value);
        return this;
    }

    public JsonBytes number(long value) {
        separate();
        ascii(Long.toString(value));
        return this;
    }

    public JsonBytes bool(boolean value) {
        separate();
        ascii(value ? "true" : "false");
        return this;
    }

    /** JSON that somebody else wrote; it has no line breaks. */
    public JsonBytes raw(byte[] json) {
        separate();
        reserve(json.length);
        System.arraycopy(json, 0, bytes, length, json.length);
        length += json.length;
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void separate() {
        if (!first) {
            put(',');
        }
        first = false;
    }

    private void quoted(String value) {
        put('"');
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character >= 0x80) {
                i += wide(value, i);
            } else if (character == '"' || character == '\\') {
                put('\\');
                put(character);
            } else if (character >= ' ') {
                put(character);
            } else {
                control(character);
            }
        }
        put('"');
    }

    /** Writes the character at an index, or the pair of them; the answer is how many more were taken than one. */
    private int wide(String value, int index) {
        char character = value.charAt(index);
        boolean pair = Character.isHighSurrogate(character)
                && index + 1 < value.length()
                && Character.isLowSurrogate(value.charAt(index + 1));
        if (Character.isSurrogate(character) && !pair) {
            // Half a character cannot be put into UTF-8; JSON can still say it.
            unicode(character);
            return 0;
        }
        byte[] encoded = value.substring(index, index + (pair ? 2 : 1)).getBytes(StandardCharsets.UTF_8);
        reserve(encoded.length);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
        return pair ? 1 : 0;
    }

    private void control(char character) {
        switch (character) {
            case '\n' -> ascii("\\n");
            case '\r' -> ascii("\\r");
            case '\t' -> ascii("\\t");
            default -> unicode(character);
        }
    }

    private void unicode(char character) {
        ascii("\\u");
        ascii(HEX.toHexDigits(character));
    }

    private void ascii(String text) {
        int count = text.length();
        reserve(count);
        for (int i = 0; i < count; i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
    }

    private void put(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
