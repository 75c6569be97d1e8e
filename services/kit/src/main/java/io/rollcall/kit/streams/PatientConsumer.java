package io.rollcall.kit.streams;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The consumer of a stream thread, which waits longer for records while there are none. A thread commits between polls,
 * so it has to poll shortly while anything is not committed; a thread that has been idle has nothing left, and would
 * only wake five hundred times a second, for some 3 % of a core each. Records are given the moment they come, however
 * long the wait was to be. What is late by up to {@link #IDLE_WAIT} are punctuations of the wall clock.
 */
final class PatientConsumer extends KafkaConsumer<byte[], byte[]> {

    static final Duration IDLE_WAIT = Duration.ofMillis(25);

    private final long idleAfterNanos;
    private long recordsAt = System.nanoTime();

    /** Waits longer when there was nothing for this long, in which all that came before has been committed. */
    PatientConsumer(Map<String, Object> settings, Duration idleAfter) {
        super(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.idleAfterNanos = idleAfter.toNanos();
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        ConsumerRecords<byte[], byte[]> records = super.poll(wait(timeout));
        if (!records.isEmpty()) {
            recordsAt = System.nanoTime();
        }
        return records;
    }

    /**
     * Streams leave the group only where all of their threads end. Of one that dies alone the others would hear when its
     * session is over, and nobody would have its part until then.
     */
    @Override
    public void close(CloseOptions options) {
        super.close(options.withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    }

    /** A thread that does not want to wait, as while state is restored, does not. */
    private Duration wait(Duration asked) {
        boolean idle = System.nanoTime() - recordsAt > idleAfterNanos;
        return idle && asked.isPositive() && asked.compareTo(IDLE_WAIT) < 0 ? IDLE_WAIT : asked;
    }
}
