package io.rollcall.kit.kafka;

import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads topics, says why nothing moves, waits for the registry, and hands on what cannot be decoded. */
public abstract class TopicReader extends ConsumerThread implements ReadinessCheck {

    private static final long LOOK_AT_CONNECTIONS_EVERY_NS =
            Duration.ofMillis(500).toNanos();

    private static final Duration GATHER = Duration.ofMillis(20);

    private final Logger log = LoggerFactory.getLogger(getClass());
    private final String name;
    private final Map<String, Object> settings;
    private final AtomicLong badRecords = new AtomicLong();
    private final AtomicLong lag = new AtomicLong(-1);
    private volatile BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecordHandler;
    private volatile @Nullable String trouble = "not started";
    private long lookAtConnectionsAt = System.nanoTime();

    /**
     * Reads once it is started.
     *
     * @param name of its thread, of what readiness says of it, and of its lines in the log
     * @param settings those of {@link KafkaSettings#reader}
     * @param badRecords takes what cannot be decoded, besides its being counted, logged and skipped
     */
    protected TopicReader(
            String name,
            Map<String, Object> settings,
            BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> badRecords) {
        super(name);
        this.name = name;
        this.settings = settings;
        this.badRecordHandler = badRecords;
    }

    /** Whether everything has been read that was there at the start. */
    protected abstract boolean isComplete();

    /** What it lacks while it is not complete. */
    protected String missing() {
        return "reading, " + lag.get() + " records to go";
    }

    /** What it lacks though it is complete; null when nothing. */
    protected @Nullable String shortfall() {
        return null;
    }

    /** Something broke that is not Kafka's: whatever was being done begins anew. */
    protected void broke() {}

    /** With the settings that were given. */
    @Override
    protected Consumer<byte[], byte[]> open() {
        return new KafkaConsumer<>(settings);
    }

    /** How many committed records have not been read yet; nothing before the first answer of the broker. */
    public final OptionalLong lag() {
        long known = lag.get();
        return known < 0 ? OptionalLong.empty() : OptionalLong.of(known);
    }

    /** The same for a gauge: -1 while it is not known. */
    protected final double lagOrUnknown() {
        return lag.get();
    }

    /** How many records could not be decoded. */
    protected final double badRecords() {
        return badRecords.get();
    }

    /** Says anew what takes the records that cannot be decoded. */
    protected final void badRecordsTo(BiConsumer<ConsumerRecord<byte[], byte[]>, SerializationException> handler) {
        badRecordHandler = handler;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Readiness check() {
        String why = trouble;
        if (!isComplete()) {
            return Readiness.down(why == null ? missing() : why);
        }
        String lacks = why == null ? shortfall() : why;
        return lacks == null ? Readiness.up() : Readiness.degraded(lacks);
    }

    /** Filled before requests come in, and there until the last has gone. */
    @Override
    public final int getPhase() {
        return KafkaPhases.VIEWS;
    }

    @Override
    protected final void broken(RuntimeException cause) {
        if (cause instanceof KafkaException) {
            troubled("reading failed: " + cause.getClass().getSimpleName());
        } else {
            log.atError().setCause(cause).log(name + " broke and begins anew");
            broke();
        }
    }

    /** Records as they come, for so long at most; notices on the way whether there is a broker at all. */
    protected final ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> reading, Duration within) {
        ConsumerRecords<byte[], byte[]> records = reading.poll(within);
        long now = System.nanoTime();
        // The client's metrics are many: not to be gone through with every record.
        if (trouble != null || now - lookAtConnectionsAt >= 0) {
            lookAtConnectionsAt = now + LOOK_AT_CONNECTIONS_EVERY_NS;
            if (Connections.any(reading.metrics())) {
                recovered();
            } else {
                troubled("no broker answers");
            }
        }
        return records;
    }

    /**
     * Lets what comes next come together: where many write, each transaction of theirs would be a fetch of its own, which
     * costs the broker and us more than the records in it.
     */
    protected final void gather() {
        rest(GATHER);
    }

    /** Notes how far behind it is, after what was polled has been taken. */
    protected final void noteLag(Consumer<byte[], byte[]> reading) {
        lag.set(lagOf(reading));
    }

    /**
     * The value of a record: null for a tombstone, and for what cannot be decoded, which is {@link #bad} then. Waits for
     * the registry as long as it takes: without the record what is made of it would be wrong, not just late.
     *
     * @throws WakeupException when the end comes first
     */
    protected final <V extends SpecificRecord> Decoded<V> decode(
            AvroSerde<V> serde, ConsumerRecord<byte[], byte[]> record) {
        while (true) {
            try {
                return new Decoded<>(serde.deserialize(record.topic(), record.value()), true);
            } catch (RegistryUnavailableException e) {
                troubled("the schema registry does not answer");
                pause();
                if (!running()) {
                    throw new WakeupException();
                }
            } catch (SerializationException e) {
                bad(record, e);
                return new Decoded<>(null, false);
            }
        }
    }

    /**
     * What a record says.
     *
     * @param value null for a tombstone
     * @param legible whether it could be decoded at all
     */
    protected record Decoded<V>(@Nullable V value, boolean legible) {}

    /** Skips a record for good. */
    protected final void bad(ConsumerRecord<byte[], byte[]> record, SerializationException cause) {
        badRecords.incrementAndGet();
        log.atWarn()
                .addKeyValue(LogKeys.TOPIC, record.topic())
                .addKeyValue(LogKeys.PARTITION, record.partition())
                .addKeyValue(LogKeys.OFFSET, record.offset())
                .addKeyValue(LogKeys.REASON, DeadLetters.describe(cause))
                .log("a record cannot be decoded and is skipped");
        badRecordHandler.accept(record, cause);
    }

    /** Says why nothing moves. */
    protected final void troubled(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            log.atWarn().addKeyValue(LogKeys.REASON, why).log(name + " does not move");
        }
    }

    /** Whether nothing moves just now, as far as is known. */
    protected final boolean isTroubled() {
        return trouble != null;
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            log.atInfo().log(name + " moves");
        }
    }

    private static long lagOf(Consumer<byte[], byte[]> reading) {
        long sum = 0;
        for (TopicPartition partition : reading.assignment()) {
            OptionalLong behind = reading.currentLag(partition);
            if (behind.isEmpty()) {
                return -1;
            }
            sum += behind.getAsLong();
        }
        return sum;
    }
}
