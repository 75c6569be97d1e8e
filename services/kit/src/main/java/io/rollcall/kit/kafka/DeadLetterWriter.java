package io.rollcall.kit.kafka;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.kafka.DeadLetters.Source;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Writes the letters of those who read without a topology: views and feeds. A record that several instances read, or one
 * instance again after its start, gives a letter each time, always with the same id. Opens a producer with the first letter
 * only.
 */
public final class DeadLetterWriter
        implements BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException>, SmartLifecycle, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterWriter.class);
    private static final long GIVE_UP_AFTER_NS = Duration.ofSeconds(30).toNanos();
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration LAST_ONES_WITHIN = Duration.ofSeconds(3);

    private final DeadLetters letters;
    private final Map<String, Object> settings;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final CountDownLatch end = new CountDownLatch(1);
    private @Nullable Producer<byte[], byte[]> producer;
    private volatile boolean running;

    /** Writes to the topic of a service's letters. */
    public DeadLetterWriter(DeadLetters letters, KafkaSettings kafka) {
        this.letters = letters;
        this.settings = new HashMap<>(kafka.producer(letters.topic().name()));
        // A letter that the producer has taken is written, however long Kafka is away.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        // A flood of bad records waits here instead of filling the memory.
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
    }

    /** Hands a letter to the producer, and waits for as long as that is for want of the registry or of room. */
    @Override
    public void accept(ConsumerRecord<byte[], byte[]> record, SerializationException cause) {
        long until = System.nanoTime() + GIVE_UP_AFTER_NS;
        while (!taken(record, cause)) {
            if (System.nanoTime() - until > 0 || ended()) {
                lost(record, "neither registry nor Kafka took it in time");
                return;
            }
        }
    }

    private synchronized boolean taken(ConsumerRecord<byte[], byte[]> record, SerializationException cause) {
        try {
            ProducerRecord<byte[], byte[]> letter = letters.letter(
                    DeadLetterStage.DECODE,
                    new Source(
                            record.topic(), record.partition(), record.offset(), record.timestamp(), record.headers()),
                    record.key(),
                    record.value(),
                    cause);
            var _ = open().send(letter, (metadata, failure) -> {
                if (failure == null) {
                    written.incrementAndGet();
                } else {
                    lost(record, failure.getClass().getSimpleName());
                }
            });
            return true;
        } catch (RegistryUnavailableException | TimeoutException e) {
            return false;
        } catch (KafkaException e) {
            lost(record, e.getClass().getSimpleName());
            return true;
        }
    }

    private Producer<byte[], byte[]> open() {
        Producer<byte[], byte[]> known = producer;
        if (known == null) {
            known = new KafkaProducer<>(settings);
            producer = known;
        }
        return known;
    }

    private void lost(ConsumerRecord<byte[], byte[]> record, String why) {
        lost.incrementAndGet();
        LOG.atError()
                .addKeyValue(LogKeys.TOPIC, record.topic())
                .addKeyValue(LogKeys.PARTITION, record.partition())
                .addKeyValue(LogKeys.OFFSET, record.offset())
                .addKeyValue(LogKeys.REASON, why)
                .log("a dead letter could not be written");
    }

    private boolean ended() {
        try {
            return end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("rollcall.dead.letters", written, AtomicLong::get)
                .description("records that could not be decoded and were put among the dead letters")
                .register(registry);
        FunctionCounter.builder("rollcall.dead.letters.lost", lost, AtomicLong::get)
                .description("dead letters that could not be written")
                .register(registry);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        end.countDown();
        synchronized (this) {
            running = false;
            if (producer != null) {
                producer.close(LAST_ONES_WITHIN);
                producer = null;
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** There before those who read, and until they have ended. */
    @Override
    public int getPhase() {
        return KafkaPhases.VIEWS - 1;
    }
}
