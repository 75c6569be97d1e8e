package io.rollcall.session.sessions.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.Session;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes the topic of sessions as their decider does: in transactions, keyed by the session's id. */
final class SessionLog implements AutoCloseable {

    private final AvroSerde<Session> serde = new AvroSerde<>(Topics.SESSIONS, new FixedRegistry());
    private final KafkaProducer<byte[], byte[]> producer;

    SessionLog(String bootstrapServers) {
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "transactional.id",
                        "session-log",
                        "metric.reporters",
                        ""),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    void write(Session... states) {
        producer.beginTransaction();
        for (Session state : states) {
            send(state.getSessionId(), serde.serialize(Topics.SESSIONS.name(), state));
        }
        producer.commitTransaction();
    }

    void abort(Session state) {
        producer.beginTransaction();
        send(state.getSessionId(), serde.serialize(Topics.SESSIONS.name(), state));
        producer.flush();
        producer.abortTransaction();
    }

    void delete(String id) {
        raw(id, null);
    }

    void raw(String id, byte @Nullable [] value) {
        producer.beginTransaction();
        send(id, value);
        producer.commitTransaction();
    }

    private void send(String id, byte @Nullable [] value) {
        var _ = producer.send(new ProducerRecord<>(Topics.SESSIONS.name(), id.getBytes(UTF_8), value));
    }

    @Override
    public void close() {
        producer.close();
    }
}
