package io.rollcall.ingest.webhooks.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One pass over the bytes of a JSON text (RFC 8259, UTF-8 checked), token by token, without building anything. What is
 * not JSON ends in {@link Token#MALFORMED}; nothing throws, nothing recurses, and depth is bounded.
 */
final class JsonScanner {

    enum Token {
        OBJECT_START,
        OBJECT_END,
        ARRAY_START,
        ARRAY_END,
        /** The name of a member; its colon has been read too. */
        NAME,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        /** The text is over, and it was JSON. */
        END,
        MALFORMED
    }

    /** Deeper than anything LiveKit nests, shallow enough to cost nothing. */
    static final int MAX_DEPTH = 256;

    private enum Expect {
        VALUE,
        VALUE_OR_END,
        NAME,
        NAME_OR_END,
        SEPARATOR_OR_END,
        NOTHING
    }

    private final byte[] bytes;
    private final int end;
    private final long[] objects = new long[MAX_DEPTH / Long.SIZE];
    private int at;
    private int depth;
    private Expect expect = Expect.VALUE;
    private int tokenStart;
    private int tokenEnd;
    private boolean escaped;
    private int separator = -1;
    private String problem = "";

    JsonScanner(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    /** How many objects and arrays are open; a container's own start and its members count it, its end does not. */
    int depth() {
        return depth;
    }

    /** Offset of the token's first byte; of its opening quote for a name or a string. */
    int tokenStart() {
        return tokenStart;
    }

    /** Offset after the token's last byte; after its closing quote for a name or a string. */
    int tokenEnd() {
        return tokenEnd;
    }

    /** Offset of the comma before the last name, or -1 when it is the first of its object. */
    int separator() {
        return separator;
    }

    /** What is wrong, once a token was malformed. Never holds any of the text. */
    String problem() {
        return problem;
    }

    /** Offset of the comma that comes next, or -1 when something else does. */
    int peekComma() {
        int next = at;
        while (next < end && isSpace(bytes[next])) {
            next++;
        }
        return next < end && bytes[next] == ',' ? next : -1;
    }

    /** Whether the name or string just read means these ASCII characters, however it spells them. */
    boolean textIs(byte[] ascii) {
        if (escaped) {
            return text().equals(new String(ascii, UTF_8));
        }
        int length = tokenEnd - tokenStart - 2;
        if (length != ascii.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[tokenStart + 1 + i] != ascii[i]) {
                return false;
            }
        }
        return true;
    }

    /** The name or string just read, unescaped. */
    String text() {
        if (!escaped) {
            return new String(bytes, tokenStart + 1, tokenEnd - tokenStart - 2, UTF_8);
        }
        var text = new StringBuilder(tokenEnd - tokenStart);
        int from = tokenStart + 1;
        for (int i = from; i < tokenEnd - 1; ) {
            if (bytes[i] != '\\') {
                i++;
                continue;
            }
            text.append(new String(bytes, from, i - from, UTF_8));
            byte kind = bytes[i + 1];
            if (kind == 'u') {
                text.append((char) hex4(i + 2));
                i += 6;
            } else {
                text.append(unescaped(kind));
                i += 2;
            }
            from = i;
        }
        return text.append(new String(bytes, from, tokenEnd - 1 - from, UTF_8)).toString();
    }

    private static char unescaped(byte kind) {
        return switch (kind) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) kind;
        };
    }

    /**
     * The whole number at the front of the number just read (what follows a point is cut), or {@code absent} when it is
     * too long to be a time or has an exponent.
     */
    long wholeNumber(long absent) {
        return wholeNumber(tokenStart, tokenEnd, absent);
    }

    /** As {@link #wholeNumber(long)}, of a string that holds nothing but digits. */
    long wholeNumberInText(long absent) {
        return wholeNumber(tokenStart + 1, tokenEnd - 1, absent);
    }

    private long wholeNumber(int from, int to, long absent) {
        boolean negative = from < to && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int i = first;
        long number = 0;
        while (i < to && isDigit(bytes[i])) {
            if (i - first >= 15) {
                return absent;
            }
            number = number * 10 + (bytes[i] - '0');
            i++;
        }
        if (i == first) {
            return absent;
        }
        if (i < to && bytes[i] == '.') {
            i++;
            while (i < to && isDigit(bytes[i])) {
                i++;
            }
        }
        if (i < to) {
            return absent;
        }
        return negative ? -number : number;
    }

    /** Reads the next token. After {@code END} or {@code MALFORMED} it stays there. */
    Token next() {
        if (!problem.isEmpty()) {
            return Token.MALFORMED;
        }
        skipSpace();
        if (expect == Expect.SEPARATOR_OR_END) {
            if (at < end && bytes[at] == ',') {
                separator = at++;
                expect = inObject() ? Expect.NAME : Expect.VALUE;
                skipSpace();
            } else if (at < end && bytes[at] == (inObject() ? '}' : ']')) {
                return close();
            } else {
                return malformed("no comma or end of container");
            }
        }
        return switch (expect) {
            case NOTHING -> at == end ? Token.END : malformed("something after the end");
            case NAME -> name();
            case NAME_OR_END -> {
                separator = -1;
                yield at < end && bytes[at] == '}' ? close() : name();
            }
            case VALUE_OR_END -> at < end && bytes[at] == ']' ? close() : value();
            case VALUE -> value();
            case SEPARATOR_OR_END -> malformed("no comma or end of container");
        };
    }

    private Token name() {
        if (at >= end || bytes[at] != '"') {
            return malformed("no name where a member must begin");
        }
        if (!string()) {
            return Token.MALFORMED;
        }
        skipSpace();
        if (at >= end || bytes[at] != ':') {
            return malformed("no colon after a name");
        }
        at++;
        expect = Expect.VALUE;
        return Token.NAME;
    }

    private Token value() {
        if (at >= end) {
            return malformed("it ends too early");
        }
        tokenStart = at;
        return switch (bytes[at]) {
            case '"' -> string() ? valueRead(Token.STRING) : Token.MALFORMED;
            case '{' -> open(true);
            case '[' -> open(false);
            case 't' -> literal("true", Token.TRUE);
            case 'f' -> literal("false", Token.FALSE);
            case 'n' -> literal("null", Token.NULL);
            default -> number();
        };
    }

    private Token valueRead(Token token) {
        expect = depth == 0 ? Expect.NOTHING : Expect.SEPARATOR_OR_END;
        return token;
    }

    private Token open(boolean object) {
        if (depth == MAX_DEPTH) {
            return malformed("nested too deeply");
        }
        long bit = 1L << (depth % Long.SIZE);
        if (object) {
            objects[depth / Long.SIZE] |= bit;
        } else {
            objects[depth / Long.SIZE] &= ~bit;
        }
        depth++;
        at++;
        tokenEnd = at;
        expect = object ? Expect.NAME_OR_END : Expect.VALUE_OR_END;
        return object ? Token.OBJECT_START : Token.ARRAY_START;
    }

    private Token close() {
        boolean object = inObject();
        tokenStart = at++;
        tokenEnd = at;
        depth--;
        return valueRead(object ? Token.OBJECT_END : Token.ARRAY_END);
    }

    private boolean inObject() {
        int top = depth - 1;
        return (objects[top / Long.SIZE] & (1L << (top % Long.SIZE))) != 0;
    }

    private Token literal(String word, Token token) {
        int length = word.length();
        if (end - at < length) {
            return malformed("not a value");
        }
        for (int i = 1; i < length; i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return malformed("not a value");
            }
        }
        at += length;
        tokenEnd = at;
        return valueRead(token);
    }

    private Token number() {
        int i = at;
        if (i < end && bytes[i] == '-') {
            i++;
        }
        if (i >= end || !isDigit(bytes[i])) {
            return malformed("not a value");
        }
        if (bytes[i] == '0') {
            i++;
        } else {
            i = digits(i);
        }
        if (i < end && bytes[i] == '.') {
            if (i + 1 >= end || !isDigit(bytes[i + 1])) {
                return malformed("not a number");
            }
            i = digits(i + 1);
        }
        if (i < end && (bytes[i] == 'e' || bytes[i] == 'E')) {
            i++;
            if (i < end && (bytes[i] == '+' || bytes[i] == '-')) {
                i++;
            }
            if (i >= end || !isDigit(bytes[i])) {
                return malformed("not a number");
            }
            i = digits(i);
        }
        at = i;
        tokenEnd = i;
        return valueRead(Token.NUMBER);
    }

    private int digits(int from) {
        int i = from;
        while (i < end && isDigit(bytes[i])) {
            i++;
        }
        return i;
    }

    private boolean string() {
        tokenStart = at;
        escaped = false;
        int i = at + 1;
        while (i < end) {
            byte b = bytes[i];
            if (b == '"') {
                at = i + 1;
                tokenEnd = at;
                return true;
            }
            if (b == '\\') {
                i = escape(i);
            } else if (b < 0) {
                i = multiByte(i);
            } else if (b < 0x20) {
                malformed("a control character in a string");
                return false;
            } else {
                i++;
            }
            if (i < 0) {
                return false;
            }
        }
        malformed("a string without end");
        return false;
    }

    private int escape(int i) {
        escaped = true;
        if (i + 1 < end) {
            switch (bytes[i + 1]) {
                case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                    return i + 2;
                }
                case 'u' -> {
                    if (i + 6 <= end && hex4(i + 2) >= 0) {
                        return i + 6;
                    }
                }
                default -> {}
            }
        }
        malformed("a wrong escape in a string");
        return -1;
    }

    private int hex4(int from) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    /** Length of a UTF-8 sequence by the table of RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
    private int multiByte(int i) {
        int lead = bytes[i] & 0xff;
        int length = lead >= 0xc2 && lead <= 0xdf
                ? 2
                : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
        if (length > 0 && i + length <= end) {
            int second = bytes[i + 1] & 0xff;
            int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            boolean good = second >= lowest && second <= highest;
            for (int k = 2; k < length; k++) {
                good &= (bytes[i + k] & 0xc0) == 0x80;
            }
            if (good) {
                return i + length;
            }
        }
        malformed("not UTF-8");
        return -1;
    }

    private void skipSpace() {
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private Token malformed(String what) {
        problem = what;
        return Token.MALFORMED;
    }
}
