package io.rollcall.ingest.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {

    private static final long MAX = 64 << 20;
    private static final long SEGMENT = 512;

    @TempDir
    Path folder;

    private final List<String> setAside = new ArrayList<>();
    private final SpoolEvents events = (file, bytes, atEnd) -> setAside.add((atEnd ? "torn " : "damaged ") + bytes);

    @Test
    void givesBackInOrderWhatWasAppended() throws IOException {
        try (Spool spool = open()) {
            append(spool, "a", "b");
            append(spool, "c");

            assertThat(readAll(spool)).containsExactly("a", "b", "c");
            assertThat(spool.records()).isEqualTo(3);
            assertThat(spool.unread()).isZero();
        }
    }

    @Test
    void keepsEverythingOverARestartUntilItIsAcknowledged() throws IOException {
        try (Spool spool = open()) {
            append(spool, "a", "b", "c");
            SpoolRecord a = next(spool);
            next(spool);
            spool.acknowledge(a, 1, 2);
        }

        try (Spool spool = open()) {
            assertThat(spool.records()).isEqualTo(2);
            assertThat(spool.oldest()).isEqualTo(1);
            assertThat(readAll(spool)).containsExactly("b", "c");
        }
    }

    @Test
    void leavesNoFileBehindOnceAllIsAcknowledged() throws IOException {
        try (Spool spool = open()) {
            append(spool, values(200));
            List<SpoolRecord> all = records(spool);
            assertThat(segments()).hasSizeGreaterThan(5);

            spool.acknowledge(all.getLast(), all.size(), -1);

            assertThat(segments()).isEmpty();
            assertThat(spool.bytes()).isZero();
            assertThat(spool.oldest()).isEqualTo(-1);
            append(spool, "again");
            assertThat(readAll(spool)).containsExactly("again");
        }
    }

    @Test
    void removesASegmentAsSoonAsItIsDone() throws IOException {
        try (Spool spool = open()) {
            append(spool, values(200));
            List<SpoolRecord> all = records(spool);
            long before = spool.bytes();

            spool.acknowledge(all.get(149), 150, 150);

            assertThat(spool.bytes()).isLessThan(before / 2);
            assertThat(segments().getFirst())
                    .contains(String.valueOf(all.get(149).segment()));
        }
    }

    @Test
    void readsAgainAfterARewind() throws IOException {
        try (Spool spool = open()) {
            append(spool, "a", "b", "c");
            SpoolRecord a = next(spool);
            next(spool);
            spool.acknowledge(a, 1, 2);

            spool.rewind();

            assertThat(spool.unread()).isEqualTo(2);
            assertThat(readAll(spool)).containsExactly("b", "c");
        }
    }

    @Test
    void neverNumbersAFileTwiceSoThatAnOldPositionMeansNothingInANewOne() throws IOException {
        try (Spool spool = open()) {
            append(spool, "a", "b");
            List<SpoolRecord> all = records(spool);
            spool.acknowledge(all.getLast(), 2, -1);
        }
        Path position = folder.resolve("position");
        Path kept = Files.copy(position, folder.resolve("kept"));

        try (Spool spool = open()) {
            append(spool, "c", "d", "e");
        }
        Files.copy(kept, position, StandardCopyOption.REPLACE_EXISTING);

        try (Spool spool = open()) {
            assertThat(readAll(spool)).containsExactly("c", "d", "e");
        }
    }

    @Test
    void startsFromTheBeginningWhenThePositionIsTorn() throws IOException {
        try (Spool spool = open()) {
            append(spool, "a", "b");
            spool.acknowledge(next(spool), 1, 2);
        }
        byte[] position = Files.readAllBytes(folder.resolve("position"));
        position[12] ^= 1;
        Files.write(folder.resolve("position"), position);

        try (Spool spool = open()) {
            assertThat(readAll(spool)).containsExactly("a", "b");
        }
    }

    @Test
    void refusesWhatDoesNotFitAndTakesItOnceThereIsRoom() throws IOException {
        try (Spool spool = Spool.open(folder, 2_000, SEGMENT, events)) {
            String[] half = {"x".repeat(900)};
            append(spool, half);
            append(spool, half);
            assertThat(spool.hasRoomFor(900)).isFalse();
            assertThatThrownBy(() -> append(spool, half)).isInstanceOf(SpoolFullException.class);
            assertThat(spool.bytes()).isLessThanOrEqualTo(2_000);

            spool.acknowledge(next(spool), 1, 1);
            spool.acknowledge(next(spool), 1, 1);

            append(spool, half);
            assertThat(spool.records()).isEqualTo(1);
        }
    }

    @Test
    void belongsToOneProcessAtATime() throws IOException {
        try (Spool spool = open()) {
            assertThat(spool.records()).isZero();
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
        }
        open().close();
    }

    /** What a crash leaves: any prefix of the bytes that were written. Whole records in it count, nothing else does. */
    @Test
    void survivesACrashAtEveryByte(@TempDir Path other) throws IOException {
        try (Spool spool = Spool.open(other, MAX, MAX, events)) {
            append(spool, "first", "second");
            append(spool, "third");
        }
        String name = "00000000000000000001.spool";
        byte[] whole = Files.readAllBytes(other.resolve(name));
        int[] ends = {8 + 20 + 5, 8 + 2 * 20 + 11, 8 + 3 * 20 + 16};
        assertThat(whole).hasSize(ends[2]);
        for (int length = 0; length <= whole.length; length++) {
            Path crashed = Files.createDirectory(folder.resolve("at-" + length));
            Files.write(crashed.resolve(name), Arrays.copyOf(whole, length));
            int cut = length;
            long expected = IntStream.of(ends).filter(end -> end <= cut).count();

            try (Spool spool = Spool.open(crashed, MAX, MAX, events)) {
                append(spool, "later");
                assertThat(readAll(spool))
                        .as("cut at byte " + length)
                        .containsExactlyElementsOf(List.of("first", "second", "third", "later").stream()
                                .filter(v -> v.equals("later")
                                        || List.of("first", "second", "third").indexOf(v) < expected)
                                .toList());
            }
        }
    }

    @Test
    void setsDamageAsideAndReadsOnBehindIt() throws IOException {
        try (Spool spool = Spool.open(folder, MAX, MAX, events)) {
            append(spool, "first", "second", "third");
        }
        Path file = folder.resolve("00000000000000000001.spool");
        byte[] bytes = Files.readAllBytes(file);
        bytes[8 + 25 + 20 + 2] ^= 0x20;
        Files.write(file, bytes);

        try (Spool spool = Spool.open(folder, MAX, MAX, events)) {
            assertThat(readAll(spool)).containsExactly("first", "third");
        }
        assertThat(setAside).containsExactly("damaged 26");
        assertThat(folder.resolve("set-aside/00000000000000000001-33.bytes"))
                .hasBinaryContent(Arrays.copyOfRange(bytes, 33, 59));
    }

    /** Damage of any kind costs the records it hits and no other, and never the process. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void losesOnlyWhatDamageHits(long seed) throws IOException {
        var random = new Random(seed);
        String[] values = new String[60];
        Arrays.setAll(values, i -> i + "-" + "v".repeat(random.nextInt(100)));
        try (Spool spool = Spool.open(folder, MAX, MAX, events)) {
            append(spool, values);
        }
        Path file = folder.resolve("00000000000000000001.spool");
        byte[] bytes = Files.readAllBytes(file);
        var hit = new ArrayList<Integer>();
        for (int i = 0; i < 6; i++) {
            int at = 8 + random.nextInt(bytes.length - 8);
            bytes[at] ^= (byte) (1 + random.nextInt(255));
            hit.add(at);
        }
        Files.write(file, bytes);
        var expected = new ArrayList<String>();
        int start = 8;
        for (String value : values) {
            int from = start;
            int to = start + 20 + value.length();
            if (hit.stream().noneMatch(at -> at >= from && at < to)) {
                expected.add(value);
            }
            start = to;
        }

        try (Spool spool = Spool.open(folder, MAX, MAX, events)) {
            assertThat(readAll(spool)).as("seed " + seed).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void takesForeignFilesAndEmptyOnesForNothing() throws IOException {
        Files.writeString(folder.resolve("00000000000000000003.spool"), "");
        Files.writeString(folder.resolve("00000000000000000004.spool"), "not a spool at all, but longer than a header");
        Files.writeString(folder.resolve("readme.txt"), "hello");

        try (Spool spool = open()) {
            append(spool, "a");
            assertThat(readAll(spool)).containsExactly("a");
        }
        assertThat(setAside).hasSize(1);
    }

    private Spool open() throws IOException {
        return Spool.open(folder, MAX, SEGMENT, events);
    }

    private static String[] values(int count) {
        return IntStream.range(0, count).mapToObj(i -> "value-" + i).toArray(String[]::new);
    }

    private static void append(Spool spool, String... values) throws IOException {
        // One by one where there are many, so that they spread over segments.
        long timestamp = 0;
        if (values.length > 10) {
            for (String value : values) {
                spool.append(List.of(new Spool.Append(timestamp++, value.getBytes(UTF_8))));
            }
            return;
        }
        var records = new ArrayList<Spool.Append>();
        for (String value : values) {
            records.add(new Spool.Append(timestamp++, value.getBytes(UTF_8)));
        }
        spool.append(records);
    }

    private static SpoolRecord next(Spool spool) throws IOException {
        SpoolRecord record = spool.next();
        if (record == null) {
            throw new AssertionError("nothing there");
        }
        return record;
    }

    private static List<SpoolRecord> records(Spool spool) throws IOException {
        var records = new ArrayList<SpoolRecord>();
        for (SpoolRecord record; (record = spool.next()) != null; ) {
            records.add(record);
        }
        return records;
    }

    private static List<String> readAll(Spool spool) throws IOException {
        return records(spool).stream()
                .map(record -> new String(record.value(), UTF_8))
                .toList();
    }

    private List<String> segments() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }
}
