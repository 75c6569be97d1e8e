package io.rollcall.kit.streams;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StandbyUpdateListener;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions of which stores may be read here. Kafka Streams gives out a store that it has only begun to restore,
 * as it does after a death without a checkpoint: everything would be unknown, and lists would be short.
 *
 * <p>An owner's partition may be read while its {@link Processor} is open, for Streams opens it when the stores are
 * restored. A copy may be read once it has had everything that there was, and while it is no further behind than
 * {@link StreamsSettings#SMALL_LAG} records. Nothing is asked of the broker for a question.
 */
final class ReadableStores implements StandbyUpdateListener {

    /** The end of the transaction with the last record: nothing is behind it that a copy would read. */
    private static final long NOTHING_TO_READ = 1;

    private final Set<Part> owned = ConcurrentHashMap.newKeySet();
    private final Map<Part, Copy> copies = new ConcurrentHashMap<>();

    private record Part(String store, int partition) {}

    private static final class Copy {
        private volatile boolean wasWhole;
        private volatile long behind;
    }

    boolean mayBeRead(String store, int partition) {
        var part = new Part(store, partition);
        if (owned.contains(part)) {
            return true;
        }
        Copy copy = copies.get(part);
        return copy != null && copy.wasWhole && copy.behind <= StreamsSettings.SMALL_LAG;
    }

    void restored(TaskId task, Set<String> stores) {
        stores.forEach(store -> owned.add(new Part(store, task.partition())));
    }

    void closed(TaskId task, Set<String> stores) {
        stores.forEach(store -> owned.remove(new Part(store, task.partition())));
    }

    /**
     * Whether there are copies that have not had everything yet. Where nothing is left to read nothing is loaded either,
     * and only the broker can tell that.
     */
    boolean haveCopiesInTheMaking() {
        return copies.values().stream().anyMatch(copy -> !copy.wasWhole);
    }

    /** Takes what the broker tells: how many offsets a store is behind. */
    void lag(String store, int partition, long offsets) {
        Copy copy = copies.get(new Part(store, partition));
        if (copy != null && offsets <= NOTHING_TO_READ) {
            copy.wasWhole = true;
        }
    }

    @Override
    public void onUpdateStart(TopicPartition changelog, String store, long startingOffset) {
        copies.put(new Part(store, changelog.partition()), new Copy());
    }

    @Override
    public void onBatchLoaded(
            TopicPartition changelog,
            String store,
            TaskId task,
            long batchEndOffset,
            long batchSize,
            long currentEndOffset) {
        Copy copy = copies.get(new Part(store, changelog.partition()));
        if (copy != null) {
            copy.behind = currentEndOffset - batchEndOffset;
            if (currentEndOffset <= batchEndOffset) {
                copy.wasWhole = true;
            }
        }
    }

    @Override
    public void onUpdateSuspended(
            TopicPartition changelog, String store, long storeOffset, long currentEndOffset, SuspendReason reason) {
        copies.remove(new Part(store, changelog.partition()));
    }

    /** The same processor, which tells when its stores are restored and when it closes. */
    <KI, VI, KO, VO> Processor<KI, VI, KO, VO> telling(Processor<KI, VI, KO, VO> processor, Set<String> stores) {
        return new Processor<>() {
            private @Nullable TaskId task;

            @Override
            public void init(ProcessorContext<KO, VO> context) {
                task = context.taskId();
                processor.init(context);
                restored(context.taskId(), stores);
            }

            @Override
            public void process(Record<KI, VI> record) {
                processor.process(record);
            }

            @Override
            public void close() {
                if (task != null) {
                    closed(task, stores);
                }
                processor.close();
            }
        };
    }
}
