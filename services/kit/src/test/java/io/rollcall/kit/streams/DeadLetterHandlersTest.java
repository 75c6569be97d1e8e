package io.rollcall.kit.streams;

import static io.rollcall.kit.streams.CountingService.IN;
import static io.rollcall.kit.streams.CountingService.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.kafka.SwitchableRegistry;
import io.rollcall.kit.kafka.TestKafka;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import io.rollcall.schemas.rooms.Room;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of bad record ends in the dead letters with its cause, and the stream goes on to the next. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLetterHandlersTest {

    private static final Topic<DeadLetter> LETTERS = Topics.deadLetters(Service.PRESENCE_HISTORY);
    private static final String SECRET = "what is nobody's business";

    private final KafkaCluster.Own cluster = KafkaCluster.own();
    private final TestKafka kafka = new TestKafka(cluster.bootstrapServers());
    private final CountingService service;

    DeadLetterHandlersTest(@TempDir Path data) {
        cluster.createTopics(CountingService.TOPICS);
        service = new CountingService(
                cluster.bootstrapServers(), new SwitchableRegistry(), data, DeadLetterHandlersTest::refuseTheSecret);
    }

    private static void refuseTheSecret(Room room) {
        if (room.getMetadata().equals(SECRET)) {
            throw new IllegalStateException("cannot take " + room.getMetadata());
        }
    }

    @AfterAll
    void close() {
        assertThat(service.exits()).isEmpty();
        assertThat(service.gauge("rollcall.streams.thread.failures")).isZero();
        service.close();
        cluster.close();
    }

    private static Room room(String key, String metadata) {
        return Room.newBuilder().setRoomKey(key).setMetadata(metadata).build();
    }

    /** Sends a good record behind the bad one, waits until it comes out, and gives the letter that was written. */
    private DeadLetter letterOf(String key, int count) {
        kafka.send(IN, key, room(key, "good"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(kafka.values(OUT))
                        .filteredOn(room -> room.getRoomKey().equals(key))
                        .extracting(Room::getPeople)
                        .containsExactly(count));
        List<ConsumerRecord<byte[], byte[]>> records = kafka.all(LETTERS).stream()
                .filter(it -> key.equals(new String(it.key(), StandardCharsets.UTF_8)))
                .toList();
        assertThat(records).hasSize(1);
        DeadLetter letter = Objects.requireNonNull(kafka.value(LETTERS, records.getFirst()));
        assertThat(header(records.getFirst(), "stage"))
                .isEqualTo(letter.getStage().name());
        assertThat(header(records.getFirst(), "reason")).isEqualTo(letter.getCause());
        assertThat(letter.getService()).isEqualTo("presence-history");
        assertThat(letter.getSourceTopic()).isEqualTo(IN.name());
        assertThat(letter.getSourcePartition()).isNotNegative();
        assertThat(letter.getSourceOffset()).isNotNegative();
        assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)));
        return letter;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void whatCannotBeDecoded() {
        byte[] garbage = {1, 2, 3};
        kafka.sendBytes(IN, "undecodable".getBytes(StandardCharsets.UTF_8), garbage);

        DeadLetter letter = letterOf("undecodable", 1);

        assertThat(letter.getStage()).isEqualTo(DeadLetterStage.DECODE);
        assertThat(letter.getCause()).startsWith("SerializationException");
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(garbage));
    }

    @Test
    void whatOurOwnCodeFailsOn() {
        kafka.send(IN, "refused", room("refused", SECRET));

        DeadLetter letter = letterOf("refused", 1);

        assertThat(letter.getStage()).isEqualTo(DeadLetterStage.PROCESS);
        assertThat(letter.getCause())
                .startsWith("IllegalStateException at DeadLetterHandlersTest.refuseTheSecret:")
                .endsWith(" in count-rooms")
                .doesNotContain(SECRET);
    }

    @Test
    void whatIsTooLargeForTheTopicItGoesTo() {
        Topic<Room> wide = IN.withRecordsOf(Topic.WEBHOOK_RECORD_BYTES);
        cluster.createTopics(List.of(wide));
        kafka.send(wide, "large", room("large", "x".repeat(Topic.DEFAULT_RECORD_BYTES)));

        // It was counted already: the processor did not fail.
        DeadLetter letter = letterOf("large", 2);

        assertThat(letter.getStage()).isEqualTo(DeadLetterStage.PRODUCE);
        assertThat(letter.getCause()).isEqualTo("RecordTooLargeException in write-room-counts");
        assertThat(Objects.requireNonNull(letter.getValue()).remaining()).isGreaterThan(Topic.DEFAULT_RECORD_BYTES);
    }
}
