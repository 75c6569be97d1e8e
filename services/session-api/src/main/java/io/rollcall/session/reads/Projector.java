package io.rollcall.session.reads;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicReader;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a subject's topic into Redis; all instances share the partitions. How far each partition is stands in Redis
 * alone, written together with what was read, so that the two cannot differ: a Redis that comes back empty, or with less
 * than it had, is read from where it says. What an owner that does not know yet that it was replaced still writes is
 * turned away, since its position is not Redis' any more. Never makes the service unready: while the reads cannot be had
 * they answer 503, and everything else goes on.
 */
public final class Projector<V extends SpecificRecord> extends TopicReader implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BETWEEN_COMPARISONS = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final ReadModel<V> model;
    private final RecordReader<V> records;
    private final KafkaSettings settings;
    private final Sweeper sweeper;
    private final String clientId;
    private final String topic;
    private volatile long level = System.nanoTime();

    /** What only the projector's own thread uses: where Redis is, by partition; not there where that is not known. */
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private String generation = "";
    private boolean inStep;
    private boolean filling;
    private long nextComparison;
    private long connections = -1;

    /** Fills the model from the subject's topic once it is started. */
    public Projector(
            ReadModel<V> model,
            SchemaRegistry registry,
            KafkaSettings settings,
            DeadLetterWriter deadLetters,
            String service) {
        String name = model.subject().topic().name() + "-reads";
        super(name, group(settings, service + "-" + name), deadLetters);
        this.model = model;
        this.records = new RecordReader<>(model, registry, this::bad);
        this.settings = settings;
        this.sweeper = new Sweeper(model.link(), model.keys());
        this.topic = model.subject().topic().name();
        this.clientId = service + "-" + name;
    }

    private static Map<String, Object> group(KafkaSettings settings, String group) {
        Map<String, Object> it = settings.reader(group);
        it.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // Who is killed is replaced soon; removals by time come to Redis through here only.
        it.putAll(settings.membership());
        it.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return it;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("rollcall.reads.lag", this, it -> it.lagOrUnknown())
                .tag("reads", topic)
                .description(
                        "committed records of this instance's partitions that are not in Redis yet; -1 when not known")
                .register(meters);
        TimeGauge.builder("rollcall.reads.behind", this, TimeUnit.NANOSECONDS, it -> it.behind())
                .tag("reads", topic)
                .description("for how long there have been records that are not in Redis yet")
                .register(meters);
        FunctionCounter.builder("rollcall.reads.bad.records", this, it -> it.badRecords())
                .tag("reads", topic)
                .description("records that could not be decoded")
                .register(meters);
    }

    private long behind() {
        return lagOrUnknown() == 0 && check().reason() == null ? 0 : System.nanoTime() - level;
    }

    @Override
    protected boolean isComplete() {
        return true;
    }

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        forget();
        Optional<TopicDescription> found = describe();
        if (found.isEmpty()) {
            troubled("topic " + topic + " cannot be had");
            pause();
            return;
        }
        TopicDescription description = found.get();
        reading.subscribe(List.of(topic), new Assignment(reading));
        while (running()) {
            try {
                if (System.nanoTime() - nextComparison >= 0
                        || connections != model.link().connections()) {
                    compare(reading, description);
                }
                if (inStep) {
                    // While it is being filled readiness goes on saying so.
                    ConsumerRecords<byte[], byte[]> polled = filling ? reading.poll(POLL) : poll(reading, POLL);
                    apply(reading, polled);
                    measure(reading);
                    if (inStep && !filling && !polled.isEmpty() && lagOrUnknown() == 0) {
                        gather();
                    }
                } else {
                    // Nothing comes, but the place in the group stays.
                    var _ = reading.poll(POLL);
                }
            } catch (InvalidOffsetException e) {
                LOG.atWarn()
                        .addKeyValue(LogKeys.TOPIC, topic)
                        .log("the topic ends before Redis' position: reading anew");
                begin(description);
                return;
            } catch (RegistryUnavailableException e) {
                stall(reading, "the schema registry does not answer");
            } catch (CompletionException e) {
                stall(reading, "Redis does not answer");
            }
        }
    }

    private Optional<TopicDescription> describe() {
        try (Admin admin = Admin.create(settings.admin(clientId + "-admin"))) {
            return Optional.ofNullable(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Asks Redis where it is, goes there, and goes on. */
    private void compare(Consumer<byte[], byte[]> reading, TopicDescription description) {
        connections = model.link().connections();
        ReadModel.Progress redis = progress(description);
        if (!redis.generation().equals(generation)) {
            generation = redis.generation();
            forget();
        }
        Collection<TopicPartition> assigned = reading.assignment();
        List<TopicPartition> endless = new ArrayList<>();
        for (TopicPartition partition : assigned) {
            long position = redis.positions().getOrDefault(partition.partition(), ReadModel.NOWHERE);
            Long known = positions.put(partition, position);
            if (known == null || known != position) {
                if (position == ReadModel.NOWHERE) {
                    reading.seekToBeginning(List.of(partition));
                } else {
                    reading.seek(partition, position);
                }
            }
            if (redis.filling().contains(partition.partition()) && !ends.containsKey(partition)) {
                endless.add(partition);
            }
        }
        if (!endless.isEmpty()) {
            ends.putAll(reading.endOffsets(endless));
        }
        reading.resume(reading.paused());
        inStep = true;
        filling = !redis.filling().isEmpty();
        if (filling) {
            troubled("being filled from the log: what is not there yet answers 503");
        }
        if (redis.retired() > 0) {
            sweeper.sweepSoon();
        }
        nextComparison = System.nanoTime() + (filling ? RETRY : BETWEEN_COMPARISONS).toNanos();
    }

    private ReadModel.Progress progress(TopicDescription description) {
        Optional<ReadModel.Progress> redis = model.progress().join();
        if (redis.isPresent()
                && redis.get().topicId().equals(description.topicId().toString())) {
            return redis.get();
        }
        begin(description);
        return model.progress()
                .join()
                .orElseThrow(() -> new CompletionException(new IllegalStateException("lost again")));
    }

    private void begin(TopicDescription description) {
        Generations now = model.begin(
                        description.topicId().toString(),
                        description.partitions().size())
                .join();
        LOG.atInfo()
                .addKeyValue(LogKeys.TOPIC, topic)
                .addKeyValue("generation", now.current())
                .log("Redis holds nothing of this topic: it is filled from the beginning");
    }

    private void apply(Consumer<byte[], byte[]> reading, ConsumerRecords<byte[], byte[]> polled) {
        // All steps are on their way before the first is answered; one that fails takes those behind it along.
        List<Sent> sent = new ArrayList<>();
        for (TopicPartition partition : reading.assignment()) {
            Long known = positions.get(partition);
            OptionalLong next = known == null ? OptionalLong.empty() : position(reading, partition);
            if (known != null && next.isPresent()) {
                records.steps(
                                partition.partition(),
                                known,
                                next.getAsLong(),
                                ends.get(partition),
                                polled.records(partition))
                        .forEach(step -> sent.add(
                                new Sent(partition, step, model.apply(ReadModel.Role.CURRENT, generation, step))));
            }
        }
        for (Sent it : sent) {
            switch (it.answer().join()) {
                case APPLIED -> {
                    positions.put(it.partition(), it.step().next());
                    if (it.step().end()) {
                        ends.remove(it.partition());
                    }
                }
                // A model that is held is replaced within milliseconds; until then it is asked again and again.
                case MOVED, ELSEWHERE, HELD -> inStep = false;
            }
        }
        if (!inStep) {
            forget();
            nextComparison = System.nanoTime();
        }
    }

    private record Sent(TopicPartition partition, ReadModel.Step step, CompletableFuture<ReadModel.Applied> answer) {}

    private static OptionalLong position(Consumer<byte[], byte[]> reading, TopicPartition partition) {
        try {
            return OptionalLong.of(reading.position(partition, Duration.ZERO));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    /** Keeps its place in the group and reads nothing until the next comparison succeeds. */
    private void stall(Consumer<byte[], byte[]> reading, String why) {
        troubled(why);
        forget();
        reading.pause(reading.assignment());
        nextComparison = System.nanoTime() + RETRY.toNanos();
    }

    private void forget() {
        positions.clear();
        ends.clear();
        inStep = false;
    }

    private void measure(Consumer<byte[], byte[]> reading) {
        noteLag(reading);
        if (lagOrUnknown() == 0) {
            level = System.nanoTime();
        }
    }

    /** What is new here is read only once Redis has said from where. */
    private final class Assignment implements ConsumerRebalanceListener {

        private final Consumer<byte[], byte[]> reading;

        Assignment(Consumer<byte[], byte[]> reading) {
            this.reading = reading;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                reading.seekToBeginning(partitions);
                reading.pause(partitions);
                nextComparison = System.nanoTime();
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            positions.keySet().removeAll(partitions);
            ends.keySet().removeAll(partitions);
        }
    }
}
