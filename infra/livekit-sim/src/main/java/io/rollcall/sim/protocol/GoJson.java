package io.rollcall.sim.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * Protobuf messages as the JSON that LiveKit's Go code writes: fields in the order of their declaration, 64-bit numbers
 * as strings, a space behind every comma and none behind colons. Java's own {@code JsonFormat} can neither write the
 * {@code null} of an unset message nor fields that the Java SDK does not know yet.
 */
public final class GoJson {

    private final boolean twirp;
    private final StringBuilder out = new StringBuilder(512);

    private GoJson(boolean twirp) {
        this.twirp = twirp;
    }

    /** As in a webhook: camelCase names, zero values left out. */
    public static String webhook(Message message) {
        var json = new GoJson(false);
        json.message(message);
        return json.out.toString();
    }

    /** As in an answer of the room API: names as declared, every field written. */
    public static String twirp(Message message) {
        var json = new GoJson(true);
        json.message(message);
        return json.out.toString();
    }

    /** A string as Go's {@code encoding/json} writes it, quotes included. */
    public static String string(String text) {
        var json = new GoJson(true);
        json.text(text);
        return json.out
                .toString()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private void message(Message message) {
        out.append('{');
        int start = out.length();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (present(message, field)) {
                name(start, field);
                value(field, message.getField(field));
            } else if (twirp && field.getContainingOneof() == null) {
                name(start, field);
                out.append("null");
            }
        }
        capabilities(message, start);
        out.append('}');
    }

    /** Whether there is a value to write; in the room API also the zero value of everything but messages. */
    private boolean present(Message message, FieldDescriptor field) {
        if (field.isRepeated()) {
            return twirp || message.getRepeatedFieldCount(field) > 0;
        }
        if (field.hasPresence()) {
            return message.hasField(field);
        }
        return twirp || message.hasField(field);
    }

    private void name(int start, FieldDescriptor field) {
        key(start, twirp ? field.getName() : field.getJsonName());
    }

    private void key(int start, String name) {
        if (out.length() > start) {
            out.append(", ");
        }
        text(name);
        out.append(':');
    }

    private void value(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            map((List<?>) value);
        } else if (field.isRepeated()) {
            out.append('[');
            String comma = "";
            for (Object element : (List<?>) value) {
                out.append(comma);
                single(field, element);
                comma = ", ";
            }
            out.append(']');
        } else {
            single(field, value);
        }
    }

    private void map(List<?> entries) {
        out.append('{');
        int start = out.length();
        entries.stream()
                .map(entry -> (MapEntry<?, ?>) entry)
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .forEach(entry -> {
                    key(start, entry.getKey().toString());
                    single(entry.getDescriptorForType().findFieldByName("value"), entry.getValue());
                });
        out.append('}');
    }

    private void single(FieldDescriptor field, Object value) {
        switch (value) {
            case String text -> text(text);
            case ByteString bytes -> text(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case Message message -> message(message);
            case EnumValueDescriptor constant -> {
                if (constant.getIndex() < 0) {
                    out.append(constant.getNumber());
                } else {
                    text(constant.getName());
                }
            }
            case Long number ->
                text(
                        field.getType() == FieldDescriptor.Type.UINT64
                                        || field.getType() == FieldDescriptor.Type.FIXED64
                                ? Long.toUnsignedString(number)
                                : number.toString());
            case Integer number ->
                out.append(
                        field.getType() == FieldDescriptor.Type.UINT32
                                        || field.getType() == FieldDescriptor.Type.FIXED32
                                ? Integer.toUnsignedString(number)
                                : number.toString());
            default -> {
                String number = value.toString();
                boolean whole = field.getJavaType() != JavaType.BOOLEAN && number.endsWith(".0");
                out.append(whole ? number.substring(0, number.length() - 2) : number);
            }
        }
    }

    private void capabilities(Message message, int start) {
        List<String> names = Capabilities.of(message);
        if (names == null || (names.isEmpty() && !twirp)) {
            return;
        }
        key(start, Capabilities.FIELD);
        out.append('[');
        String comma = "";
        for (String name : names) {
            out.append(comma);
            text(name);
            comma = ", ";
        }
        out.append(']');
    }

    private void text(String text) {
        out.append('"');
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                continue;
            }
            out.append(text, plain, i);
            plain = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append("\\u%04x".formatted((int) c));
            }
        }
        out.append(text, plain, text.length()).append('"');
    }
}
