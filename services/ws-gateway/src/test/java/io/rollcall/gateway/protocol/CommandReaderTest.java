package io.rollcall.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Malformed;
import io.rollcall.gateway.protocol.Command.Resume;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {

    private static final List<String> GOOD = List.of(
            "{\"id\":1,\"connect\":{\"token\":\"t\",\"name\":\"js\",\"subs\":{\"a\":{\"recover\":true,\"offset\":3,\"epoch\":\"e\"}}}}",
            "{\"id\":2,\"subscribe\":{\"channel\":\"rooms:*\",\"recover\":true,\"epoch\":\"e\",\"offset\":7,\"flag\":3}}",
            "{\"unsubscribe\":{\"channel\":\"x\"},\"id\":3}",
            "{\"id\":4,\"publish\":{\"channel\":\"x\",\"data\":{\"a\":[1,{\"b\":null}]}}}",
            "{\"id\":5,\"history\":{\"channel\":\"x\",\"limit\":-1,\"since\":{\"offset\":4,\"epoch\":\"e\"},\"reverse\":true}}",
            "{\"id\":6,\"ping\":{}}",
            "{\"send\":{\"data\":1}}",
            "{\"id\":7,\"sub_refresh\":{\"channel\":\"x\",\"token\":\"t\"}}",
            "{}");

    @Test
    void readsACommandWithEverythingInIt() {
        assertThat(read(GOOD.get(0)))
                .containsExactly(new Command.Connect(
                        1, "t", Map.of("a", new Resume(true, new StreamPosition("e", 3)))));
        assertThat(read(GOOD.get(1)))
                .containsExactly(
                        new Command.Subscribe(2, "rooms:*", "", new Resume(true, new StreamPosition("e", 7)), true));
        assertThat(read(GOOD.get(4)))
                .containsExactly(new Command.History(5, "x", -1, new StreamPosition("e", 4), true));
    }

    @Test
    void readsSeveralInOrder() {
        assertThat(read(String.join("\n", GOOD))).hasSize(GOOD.size()).noneMatch(Malformed.class::isInstance);
    }

    @Test
    void anUnknownFieldOfARequestIsReadOver() {
        assertThat(read("{\"id\":1,\"ping\":{\"new\":{\"deep\":[{}]}}}")).containsExactly(new Command.Ping(1));
    }

    /** A table of them would keep these for ever, 30 MB of them, and be copied with each command that brings another. */
    @Test
    void noNameThatWasMadeUpIsKept() {
        List<WeakReference<String>> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            List<Command> read = read("{\"id\":1,\"connect\":{\"subs\":{\"" + i + "x".repeat(30_000) + "\":{}}}}");
            names.add(new WeakReference<>(((Command.Connect) read.getFirst())
                    .subs()
                    .keySet()
                    .iterator()
                    .next()));
        }

        await().until(() -> {
            System.gc();
            return names.stream().allMatch(it -> it.get() == null);
        });
    }

    @Test
    void sendNeedsNoId() {
        assertThat(read("{\"send\":{\"data\":{}}}")).containsExactly(new Command.Send(0));
    }

    @Test
    void anOffsetBeyondALongIsFurtherThanAnyStream() {
        assertThat(
                        read(
                                "{\"id\":1,\"subscribe\":{\"channel\":\"x\",\"recover\":true,\"offset\":18446744073709551615}}"))
                .containsExactly(new Command.Subscribe(
                        1, "x", "", new Resume(true, new StreamPosition("", Long.MAX_VALUE)), false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n ",
                "nonsense",
                "[]",
                "1",
                "null",
                "{\"id\":1}",
                "{\"id\":0,\"ping\":{}}",
                "{\"ping\":{}}",
                "{\"id\":-1,\"ping\":{}}",
                "{\"id\":4294967296,\"ping\":{}}",
                "{\"id\":1.5,\"ping\":{}}",
                "{\"id\":\"1\",\"ping\":{}}",
                "{\"id\":1,\"dance\":{}}",
                "{\"id\":1,\"ping\":{},\"rpc\":{}}",
                "{\"id\":1,\"ping\":[]}",
                "{\"id\":1,\"ping\":null}",
                "{\"id\":1,\"subscribe\":{}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"\"}}",
                "{\"id\":1,\"subscribe\":{\"channel\":7}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"x\",\"offset\":-1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"x\",\"recover\":\"yes\"}}",
                "{\"id\":1,\"ping\":{}",
                "{\"id\":1,\"ping\":{}}}"
            })
    void whatIsNoCommandIsMalformed(String text) {
        assertThat(read(text)).last().isInstanceOf(Malformed.class);
    }

    @Test
    void whatComesBeforeTheMalformedIsKept() {
        assertThat(read("{\"id\":1,\"ping\":{}}\nrubbish\n{\"id\":2,\"ping\":{}}"))
                .containsExactly(new Command.Ping(1), new Malformed());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24})
    void noBytesMakeItFail(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? noise(random) : mutation(random);

            assertThat(CommandReader.read(bytes, 0, bytes.length)).isNotEmpty();
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mutation(Random random) {
        byte[] bytes = GOOD.get(random.nextInt(GOOD.size())).getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = random.nextBoolean()
                    ? (byte) random.nextInt()
                    : (byte) "{}[]\",:0123456789-.eE\\nul\n".charAt(random.nextInt(24));
        }
        return bytes;
    }

    private static List<Command> read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return CommandReader.read(bytes, 0, bytes.length);
    }
}
