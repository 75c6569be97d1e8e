package io.rollcall.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.gateway.websocket.FrameReader.Violation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of RFC 6455 for what a client sends; each frame comes whole, and cut at every place. */
class FrameReaderTest {

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX = 70_000;
    private static final int ZERO_MASK = 0;
    private static final int MASK = 0x3A7F_09C4;

    private final Heard heard = new Heard();
    private final FrameReader reader = new FrameReader(MAX);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, MAX})
    void aMessageOfAnyLengthComesWhole(int length) throws Violation {
        byte[] text = "x".repeat(length).getBytes(StandardCharsets.UTF_8);

        read(frame(true, TEXT, MASK, text));

        assertThat(heard.all).containsExactly("message " + "x".repeat(length));
        assertThat(reader.heldBytes()).isZero();
    }

    @Test
    void severalFramesInOneReadAreSeveralMessages() throws Violation {
        read(join(frame(true, TEXT, MASK, "one"), frame(true, TEXT, 7, "two"), frame(true, TEXT, ZERO_MASK, "three")));

        assertThat(heard.all).containsExactly("message one", "message two", "message three");
    }

    @Test
    void fragmentsMakeOneMessageAndControlFramesMayComeBetween() throws Violation {
        read(join(
                frame(false, TEXT, MASK, "{\"id\""),
                frame(true, PING, 5, "are you there"),
                frame(false, CONTINUATION, 6, ""),
                frame(true, PONG, 7, "unasked"),
                frame(true, CONTINUATION, 8, ":1}"),
                frame(true, TEXT, 9, "next")));

        assertThat(heard.all).containsExactly("ping are you there", "message {\"id\":1}", "message next");
    }

    @Test
    void aCharacterMayBeCutBetweenFragments() throws Violation {
        byte[] text = "żółw 🐢".getBytes(StandardCharsets.UTF_8);
        read(join(
                frame(false, TEXT, MASK, Arrays.copyOf(text, 1)),
                frame(false, CONTINUATION, MASK, Arrays.copyOfRange(text, 1, text.length - 2)),
                frame(true, CONTINUATION, MASK, Arrays.copyOfRange(text, text.length - 2, text.length))));

        assertThat(heard.all).containsExactly("message żółw 🐢");
    }

    @Test
    void aBinaryMessageMayHoldAnything() throws Violation {
        read(frame(true, BINARY, MASK, new byte[] {(byte) 0xFF, (byte) 0xC0}));

        assertThat(heard.lengths).containsExactly(2);
    }

    @Test
    void aSinkThatWantsARestIsGivenTheRestLater() throws Violation {
        heard.wantsRestAfter = 1;
        ByteBuffer in = ByteBuffer.wrap(join(frame(true, TEXT, MASK, "one"), frame(true, TEXT, MASK, "two")));

        assertThat(reader.read(in, heard)).isFalse();
        assertThat(heard.all).containsExactly("message one");
        assertThat(reader.read(in, heard)).isTrue();

        assertThat(heard.all).containsExactly("message one", "message two");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1005",
        "1000, 1000",
        "1001 bye, 1001",
        "1003, 1003",
        "1007, 1007",
        "1014, 1014",
        "3000 żółw, 3000",
        "4999, 4999"
    })
    void aCloseSaysItsCode(String payload, int code) throws Violation {
        read(frame(true, CLOSE, MASK, closing(payload)));

        assertThat(heard.all).containsExactly("close " + code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "999", "1004", "1005", "1006", "1015", "1016", "2999", "5000", "65535"})
    void aCodeThatNobodyMaySendIsAViolation(String code) {
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(true, CLOSE, MASK, closing(code)));
    }

    @Test
    void halfACodeIsAViolation() {
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(true, CLOSE, MASK, new byte[] {3}));
    }

    @Test
    void aReasonThatIsNoTextIsAViolation() {
        assertViolation(FrameReader.NOT_UTF8, frame(true, CLOSE, MASK, new byte[] {3, (byte) 0xE8, (byte) 0xC0}));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x40, 0x20, 0x10, 0x70})
    void aReservedBitIsAViolation(int bits) {
        byte[] frame = frame(true, TEXT, MASK, "x");
        frame[0] |= (byte) bits;

        assertViolation(FrameReader.PROTOCOL_ERROR, frame);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    void anOpcodeThatIsNoneIsAViolation(int opcode) {
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(true, opcode, MASK, ""));
    }

    @Test
    void whatIsNotMaskedIsAViolation() {
        assertViolation(FrameReader.PROTOCOL_ERROR, new byte[] {(byte) 0x81, 2, '{', '}'});
    }

    @Test
    void aContinuationOfNothingIsAViolation() {
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(true, CONTINUATION, MASK, "x"));
        assertViolation(
                FrameReader.PROTOCOL_ERROR,
                join(frame(true, TEXT, MASK, "whole"), frame(true, CONTINUATION, MASK, "x")));
    }

    @Test
    void anotherMessageBeforeTheEndOfOneIsAViolation() {
        assertViolation(
                FrameReader.PROTOCOL_ERROR, join(frame(false, TEXT, MASK, "half"), frame(true, TEXT, MASK, "x")));
    }

    @ParameterizedTest
    @ValueSource(ints = {CLOSE, PING, PONG})
    void aControlFrameIsNeitherCutNorLong(int opcode) {
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(false, opcode, MASK, ""));
        assertViolation(FrameReader.PROTOCOL_ERROR, frame(true, opcode, MASK, new byte[126]));
    }

    @Test
    void aNegativeLengthIsAViolation() {
        ByteBuffer frame = ByteBuffer.allocate(14)
                .put((byte) 0x81)
                .put((byte) 0xFF)
                .putLong(-1)
                .putInt(MASK);

        assertViolation(FrameReader.PROTOCOL_ERROR, frame.array());
    }

    @Test
    void whatIsTooLongIsRefusedByItsHeaderAndNothingIsSetAside() {
        ByteBuffer frame =
                ByteBuffer.allocate(10).put((byte) 0x81).put((byte) 0xFF).putLong(Long.MAX_VALUE);

        assertViolation(FrameReader.TOO_BIG, frame.array());
        assertThat(reader.heldBytes()).isZero();
    }

    @Test
    void fragmentsThatAreTooLongTogetherAreRefused() {
        assertViolation(
                FrameReader.TOO_BIG,
                join(frame(false, TEXT, MASK, new byte[MAX]), frame(true, CONTINUATION, MASK, new byte[1])));
    }

    @Test
    void anAnnouncedLengthTakesNoMemoryBeforeItsBytesCome() throws Violation {
        byte[] frame = frame(true, TEXT, MASK, "x".repeat(MAX));

        assertThat(reader.read(ByteBuffer.wrap(Arrays.copyOf(frame, 100)), heard))
                .isTrue();

        assertThat(reader.heldBytes()).isLessThanOrEqualTo(200);
    }

    static List<byte[]> notUtf8() {
        return List.of(
                new byte[] {(byte) 0x80},
                new byte[] {'a', (byte) 0xC0, (byte) 0xAF},
                new byte[] {(byte) 0xE2, (byte) 0x82},
                new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
                new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
                new byte[] {(byte) 0xFF});
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void aTextThatIsNoneIsAViolation(byte[] bytes) {
        assertViolation(FrameReader.NOT_UTF8, frame(true, TEXT, MASK, bytes));
        assertViolation(
                FrameReader.NOT_UTF8, join(frame(false, TEXT, MASK, "fine "), frame(true, CONTINUATION, MASK, bytes)));
    }

    /** Histories of messages in fragments, with control frames between, in pieces of any size: what was sent is heard. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void howTheNetworkCutsItChangesNothing(long seed) throws Violation {
        var random = new Random(seed);
        var wire = new ByteArrayOutputStream();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String text = randomText(random);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int fragments = 1 + random.nextInt(4);
            int from = 0;
            for (int part = 0; part < fragments; part++) {
                int to = part == fragments - 1 ? bytes.length : from + random.nextInt(bytes.length - from + 1);
                wire.writeBytes(frame(
                        part == fragments - 1,
                        part == 0 ? TEXT : CONTINUATION,
                        random.nextInt(),
                        Arrays.copyOfRange(bytes, from, to)));
                from = to;
                if (part < fragments - 1 && random.nextInt(3) == 0) {
                    wire.writeBytes(frame(true, PING, random.nextInt(), "p" + i));
                    sent.add("ping p" + i);
                }
            }
            sent.add("message " + text);
        }
        byte[] all = wire.toByteArray();

        for (int from = 0; from < all.length; ) {
            int to = Math.min(all.length, from + 1 + random.nextInt(random.nextBoolean() ? 4 : 3_000));
            assertThat(reader.read(ByteBuffer.wrap(Arrays.copyOfRange(all, from, to)), heard))
                    .isTrue();
            from = to;
        }

        assertThat(heard.all).isEqualTo(sent);
        assertThat(reader.heldBytes()).isZero();
    }

    /** Bytes at random: never anything but messages or a violation, and never more memory than a message may take. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24, 25})
    void garbageDoesNoHarm(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            if (random.nextBoolean()) {
                // As if it were a frame of a client's.
                garbage[0] = (byte) (0x80 | random.nextInt(11));
                garbage = garbage.length > 1 ? masked(garbage) : garbage;
            }
            var fresh = new FrameReader(1_000);
            try {
                fresh.read(ByteBuffer.wrap(garbage), new Heard());
            } catch (Violation violation) {
                assertThat(violation.code())
                        .isIn(FrameReader.PROTOCOL_ERROR, FrameReader.NOT_UTF8, FrameReader.TOO_BIG);
            }
            assertThat(fresh.heldBytes()).isLessThanOrEqualTo(1_000 + 125);
        }
    }

    private static byte[] masked(byte[] frame) {
        frame[1] |= (byte) 0x80;
        return frame;
    }

    private void read(byte[] bytes) throws Violation {
        assertThat(reader.read(ByteBuffer.wrap(bytes), heard)).isTrue();
    }

    /** At once, and byte by byte. */
    private static void assertViolation(int code, byte[] bytes) {
        assertThatThrownBy(() -> new FrameReader(MAX).read(ByteBuffer.wrap(bytes.clone()), new Heard()))
                .isInstanceOfSatisfying(
                        Violation.class, it -> assertThat(it.code()).isEqualTo(code));
        var byBytes = new FrameReader(MAX);
        assertThatThrownBy(() -> {
                    for (byte one : bytes) {
                        byBytes.read(ByteBuffer.wrap(new byte[] {one}), new Heard());
                    }
                })
                .isInstanceOfSatisfying(
                        Violation.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    private static String randomText(Random random) {
        int length = random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(200);
        return random.ints(length, 0, 4)
                .mapToObj(it -> List.of("a", "é", "漢", "🚋").get(it))
                .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
                .toString();
    }

    private static byte[] closing(String payload) {
        if (payload.isEmpty()) {
            return new byte[0];
        }
        String[] parts = payload.split(" ", 2);
        byte[] reason = (parts.length > 1 ? parts[1] : "").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + reason.length)
                .putShort((short) Integer.parseInt(parts[0]))
                .put(reason)
                .array();
    }

    private static byte[] frame(boolean last, int opcode, int mask, String payload) {
        return frame(last, opcode, mask, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] frame(boolean last, int opcode, int mask, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) ((last ? 0x80 : 0) | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(mask);
        byte[] key = ByteBuffer.allocate(4).putInt(mask).array();
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ key[i % 4]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private static byte[] join(byte[]... frames) {
        var all = new ByteArrayOutputStream();
        Arrays.stream(frames).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static final class Heard implements FrameReader.Sink {
        private final List<String> all = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private int wantsRestAfter = Integer.MAX_VALUE;

        @Override
        public boolean message(byte[] bytes, int offset, int length) {
            all.add("message " + new String(bytes, offset, length, StandardCharsets.UTF_8));
            lengths.add(length);
            return all.size() != wantsRestAfter;
        }

        @Override
        public void ping(byte[] payload) {
            all.add("ping " + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void close(int code) {
            all.add("close " + code);
        }
    }
}
