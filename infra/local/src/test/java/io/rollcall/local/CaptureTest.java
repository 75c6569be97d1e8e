package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded stays what it was; what is told again shares no id with any other telling. */
class CaptureTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final String STARTED =
            "{\"event\":\"room_started\",\"room\":{\"sid\":\"RM_a\",\"name\":\"a \\\"room\\\"\",\"creationTimeMs\":\"1000500\"},"
                    + "\"id\":\"EV_1\",\"createdAt\":\"1000\"}";
    private static final String FINISHED =
            "{\"event\":\"room_finished\",\"room\":{\"sid\":\"RM_a\",\"name\":\"a \\\"room\\\"\"},"
                    + "\"id\":\"EV_2\",\"createdAt\":\"1060\"}";

    @TempDir
    private Path folder;

    @Test
    void aRoundIsToldAsIfItHadJustEnded() throws IOException {
        List<Webhook> round = capture(STARTED, FINISHED).round(3, NOW);

        assertThat(round)
                .extracting(Webhook::id, Webhook::roomKey)
                .containsExactly(tuple("EV_1-r3", "a \"room\"-r3"), tuple("EV_2-r3", "a \"room\"-r3"));
        long now = NOW.getEpochSecond();
        assertThat(round.getFirst().body())
                .contains(
                        "\"createdAt\":\"" + (now - 60) + "\"",
                        "\"creationTimeMs\":\"" + (now - 60) + "500\"",
                        "RM_a-r3");
        assertThat(round.getLast().body()).contains("\"createdAt\":\"" + now + "\"");
    }

    @Test
    void twoRoundsShareNoId() throws IOException {
        Capture capture = capture(STARTED, FINISHED);
        var ids = new HashSet<String>();
        capture.round(1, NOW).forEach(webhook -> ids.add(webhook.id()));
        capture.round(2, NOW).forEach(webhook -> ids.add(webhook.id()));

        assertThat(ids).hasSize(4);
    }

    @Test
    void aDeliveryThatWasRepeatedCountsOnce() throws IOException {
        assertThat(capture(STARTED, STARTED, FINISHED).round(1, NOW)).hasSize(2);
    }

    @Test
    void aReplayHasEveryDeliveryInItsOrderWithTheExactBody() throws IOException {
        assertThat(capture(STARTED, STARTED, FINISHED).deliveries())
                .extracting(delivery -> delivery.webhook().body())
                .containsExactly(STARTED, STARTED, FINISHED);
    }

    @Test
    void aStoryIsToldInTheTimeItIsGiven() throws IOException {
        var slowed = new Capture.Retelling("-x", "", millis -> millis * 2);
        Webhook told = slowed.of(capture(STARTED).deliveries().getFirst().webhook());

        assertThat(told.roomKey()).isEqualTo("a \"room\"");
        assertThat(told.body())
                .contains("\"createdAt\":\"2000\"", "\"creationTimeMs\":\"2001000\"", "\"sid\":\"RM_a-x\"");
    }

    @Test
    void aRoomWithoutANameIsKnownByItsSid() throws IOException {
        Capture capture =
                capture("{\"event\":\"room_started\",\"room\":{\"sid\":\"RM_b\"},\"id\":\"EV_3\",\"createdAt\":\"7\"}");

        assertThat(capture.round(1, NOW)).extracting(Webhook::roomKey).containsExactly("RM_b-r1");
    }

    @Test
    void aFileOfSomethingElseIsRefusedWithItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("other.ndjson"), "\n{\"call\":1}\n");

        assertThatThrownBy(() -> Capture.read(List.of(file))).hasMessageContaining("other.ndjson, line 2");
    }

    private Capture capture(String... bodies) throws IOException {
        var lines = new StringBuilder();
        for (String body : bodies) {
            lines.append("{\"body\":\"")
                    .append(body.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\"}\n");
        }
        return Capture.read(List.of(Files.writeString(folder.resolve("capture.ndjson"), lines)));
    }
}
