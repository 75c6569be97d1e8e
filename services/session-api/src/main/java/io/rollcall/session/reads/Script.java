package io.rollcall.session.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * What Redis runs as one step.
 *
 * @param name what it does, in one word; a metric's tag
 * @param text the script
 * @param digest what Redis knows it by once it has seen it
 */
record Script(String name, String text, String digest) {

    /** The script of this name beside this class, behind the functions that it uses. */
    static Script of(String name, String... functions) {
        String text = Arrays.stream(functions).map(Script::read).collect(Collectors.joining()) + read(name);
        return new Script(name, text, digest(text));
    }

    private static String digest(String text) {
        try {
            // Redis' choice; nothing is kept safe by it.
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(sha1.digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    private static String read(String name) {
        try (InputStream file = Script.class.getResourceAsStream(name + ".lua")) {
            if (file == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
