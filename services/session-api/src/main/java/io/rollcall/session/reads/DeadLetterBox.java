package io.rollcall.session.reads;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Puts records that cannot be read into the dead letters, and waits until they are there. Used by one thread. */
final class DeadLetterBox implements RecordReader.BadRecords, AutoCloseable {

    private final DeadLetters letters;
    private final KafkaSettings settings;
    private final String clientId;
    private @Nullable Producer<byte[], byte[]> producer;

    DeadLetterBox(DeadLetters letters, KafkaSettings settings, String clientId) {
        this.letters = letters;
        this.settings = settings;
        this.clientId = clientId;
    }

    @Override
    public void keep(DeadLetterStage stage, ConsumerRecord<byte[], byte[]> record, String cause) {
        var source = new DeadLetters.Source(
                record.topic(), record.partition(), record.offset(), record.timestamp(), record.headers());
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(settings.producer(clientId));
            producer = open;
        }
        try {
            open.send(letters.letter(stage, source, record.key(), record.value(), cause))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("no dead letter could be written", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close();
        }
    }
}
