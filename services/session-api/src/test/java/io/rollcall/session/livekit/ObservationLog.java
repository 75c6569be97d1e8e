package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileReason;
import io.rollcall.schemas.livekit.ReconcileRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What was committed to livekit-observations, and requests for more. */
final class ObservationLog implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroSerde<LivekitObservation> observations =
            new AvroSerde<>(Topics.LIVEKIT_OBSERVATIONS, new FixedRegistry());
    private final AvroSerde<ReconcileRequest> requests =
            new AvroSerde<>(Topics.RECONCILE_REQUESTS, new FixedRegistry());
    private final List<LivekitObservation> all = new ArrayList<>();

    /** Reads from its end on. */
    ObservationLog(KafkaSettings kafka) {
        consumer = new KafkaConsumer<>(kafka.reader("observation-log"));
        producer = new KafkaProducer<>(kafka.producer("requests"));
        List<TopicPartition> partitions = IntStream.range(0, Topics.ROOM_PARTITIONS)
                .mapToObj(partition -> new TopicPartition(Topics.LIVEKIT_OBSERVATIONS.name(), partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** All that came so far. */
    List<LivekitObservation> all() {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
            LivekitObservation observation =
                    Objects.requireNonNull(observations.deserialize(record.topic(), record.value()));
            if (!new String(record.key(), UTF_8).equals(ObservationMapper.key(observation))) {
                throw new AssertionError("a record with another key than its room's");
            }
            all.add(observation);
        }
        return List.copyOf(all);
    }

    List<LivekitObservation> of(String roomName) {
        return all().stream().filter(it -> it.getRoomName().equals(roomName)).toList();
    }

    void request(String roomName, String roomSid) {
        var request = ReconcileRequest.newBuilder()
                .setId("request-of-" + roomName)
                .setRequestedAt(Instant.parse("2026-11-21T10:00:00Z"))
                .setRoomName(roomName)
                .setRoomSid(roomSid)
                .setReason(ReconcileReason.SUSPECT)
                .build();
        send(roomName, Objects.requireNonNull(requests.serialize(Topics.RECONCILE_REQUESTS.name(), request)));
    }

    void send(String key, byte[] request) {
        var _ = producer.send(new ProducerRecord<>(Topics.RECONCILE_REQUESTS.name(), key.getBytes(UTF_8), request));
        producer.flush();
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
