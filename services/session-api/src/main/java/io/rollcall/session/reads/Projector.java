package io.rollcall.session.reads;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.Connections;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Brings a subject's topic into Redis; all instances share the partitions. How far each partition is stands in Redis
 * alone, written together with what was read, so that the two cannot differ: a Redis that comes back empty, or with less
 * than it had, is read from where it says. What an owner that does not know yet that it was replaced still writes is
 * turned away, since its position is not Redis' any more.
 */
public final class Projector<V extends SpecificRecord> implements SmartLifecycle, ReadinessCheck, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BETWEEN_COMPARISONS = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration HELD = Duration.ofMillis(20);
    /** So many records keep Redis busy for about two milliseconds. */
    private static final int STEP = 256;

    private final ReadModel<V> model;
    private final SchemaRegistry registry;
    private final KafkaSettings settings;
    private final DeadLetters letters;
    private final String clientId;
    private final String topic;
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicLong lag = new AtomicLong(-1);
    private volatile long level = System.nanoTime();
    private volatile @Nullable String trouble = "not started";
    private volatile @Nullable String filling;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable Thread thread;

    /** What only the projector's own thread uses: where Redis is, by partition; not there where that is not known. */
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private String generation = "";
    private boolean inStep;
    private long nextComparison;
    private long connections = -1;

    /** Fills the model from the subject's topic once it is started. */
    public Projector(
            ReadModel<V> model, SchemaRegistry registry, KafkaSettings settings, DeadLetters letters, String service) {
        this.model = model;
        this.registry = registry;
        this.settings = settings;
        this.letters = letters;
        this.topic = model.subject().topic().name();
        this.clientId = service + "-" + topic + "-reads";
    }

    @Override
    public String name() {
        return topic + "-reads";
    }

    /** Never down: while the reads cannot be had they answer 503, and everything else goes on. */
    @Override
    public Readiness check() {
        String why = trouble;
        String behind = filling;
        if (why == null && behind == null) {
            return Readiness.up();
        }
        return Readiness.degraded(why == null ? behind + ", " + lag.get() + " records to go here" : why);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("rollcall.reads.lag", lag, AtomicLong::get)
                .tag("reads", topic)
                .description(
                        "committed records of this instance's partitions that are not in Redis yet; -1 when not known")
                .register(meters);
        TimeGauge.builder("rollcall.reads.behind", this, TimeUnit.NANOSECONDS, it -> it.behind())
                .tag("reads", topic)
                .description("for how long there have been records that are not in Redis yet")
                .register(meters);
    }

    private long behind() {
        return lag.get() == 0 && trouble == null ? 0 : System.nanoTime() - level;
    }

    @Override
    public synchronized void start() {
        if (thread == null && end.getCount() > 0) {
            Thread reading = Thread.ofPlatform().name(name()).daemon().unstarted(this::run);
            thread = reading;
            reading.start();
        }
    }

    @Override
    public void stop() {
        end.countDown();
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }

    @Override
    public int getPhase() {
        return KafkaPhases.VIEWS;
    }

    private void run() {
        while (running()) {
            try (var box = new DeadLetterBox(letters, settings, clientId + "-dead-letters");
                    var reading = new KafkaConsumer<byte[], byte[]>(group())) {
                consumer = reading;
                var records = new RecordReader<>(model, registry, box);
                follow(reading, records);
            } catch (WakeupException | InterruptException e) {
                // stop() says so
            } catch (KafkaException | CompletionException e) {
                troubled("reading " + topic + " failed: " + e.getClass().getSimpleName());
                pause(RETRY);
            } finally {
                consumer = null;
                forget();
            }
        }
    }

    private Map<String, Object> group() {
        Map<String, Object> it = settings.reader(clientId);
        it.put(ConsumerConfig.GROUP_ID_CONFIG, clientId);
        // Who is killed is replaced soon; removals by time come to Redis through here only.
        it.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
        it.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
        it.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return it;
    }

    private void follow(Consumer<byte[], byte[]> reading, RecordReader<V> records) {
        Optional<TopicDescription> found = describe();
        if (found.isEmpty()) {
            troubled("topic " + topic + " cannot be had");
            pause(RETRY);
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
                ConsumerRecords<byte[], byte[]> polled = reading.poll(POLL);
                if (inStep) {
                    apply(reading, records, polled);
                }
                measure(reading);
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
        filling = redis.filling().isEmpty()
                ? null
                : "being filled from the log, " + redis.filling().size() + " partitions to go";
        nextComparison = System.nanoTime() + (filling == null ? BETWEEN_COMPARISONS : RETRY).toNanos();
        if (Connections.any(reading.metrics())) {
            recovered();
        } else {
            troubled("no broker answers");
        }
    }

    private ReadModel.Progress progress(TopicDescription description) {
        Optional<ReadModel.Progress> redis = model.progress().join();
        if (redis.isPresent()
                && redis.get().topicId().equals(description.topicId().toString())) {
            return redis.get();
        }
        begin(description);
        return model.progress().join().orElseThrow(() -> new CompletionException("lost again", null));
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

    private void apply(
            Consumer<byte[], byte[]> reading, RecordReader<V> records, ConsumerRecords<byte[], byte[]> polled) {
        List<Sent> sent = new ArrayList<>();
        for (TopicPartition partition : reading.assignment()) {
            Long known = positions.get(partition);
            OptionalLong next = known == null ? OptionalLong.empty() : position(reading, partition);
            if (known != null && next.isPresent()) {
                send(partition, known, next.getAsLong(), polled.records(partition), records, sent);
            }
        }
        boolean held = false;
        for (Sent step : sent) {
            switch (step.answer().join()) {
                case APPLIED -> {
                    positions.put(step.partition(), step.next());
                    if (step.end()) {
                        ends.remove(step.partition());
                    }
                }
                case MOVED, ELSEWHERE -> inStep = false;
                case HELD -> held = true;
            }
        }
        if (held) {
            pause(HELD);
        }
        if (held || !inStep) {
            forget();
            nextComparison = System.nanoTime();
        }
    }

    private record Sent(
            TopicPartition partition, long next, boolean end, CompletableFuture<ReadModel.Applied> answer) {}

    /** All steps are on their way before the first is answered; one that fails takes those behind it along. */
    private void send(
            TopicPartition partition,
            long from,
            long next,
            List<ConsumerRecord<byte[], byte[]>> polled,
            RecordReader<V> records,
            List<Sent> sent) {
        Long last = ends.get(partition);
        if (next == from && (last == null || next < last)) {
            return;
        }
        long at = from;
        int done = 0;
        do {
            int until = Math.min(polled.size(), done + STEP);
            List<ConsumerRecord<byte[], byte[]>> some = polled.subList(done, until);
            // Behind the last record there may be markers of transactions.
            long after = until == polled.size() ? next : some.getLast().offset() + 1;
            boolean atEnd = last != null && after >= last;
            sent.add(new Sent(
                    partition,
                    after,
                    atEnd,
                    model.apply(
                            ReadModel.Role.CURRENT,
                            generation,
                            new ReadModel.Step(partition.partition(), at, after, atEnd, records.read(some)))));
            at = after;
            done = until;
        } while (done < polled.size());
    }

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
        long sum = 0;
        for (TopicPartition partition : reading.assignment()) {
            OptionalLong behind = inStep ? reading.currentLag(partition) : OptionalLong.empty();
            if (behind.isEmpty()) {
                lag.set(-1);
                return;
            }
            sum += behind.getAsLong();
        }
        lag.set(sum);
        if (sum == 0) {
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

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.atWarn()
                    .addKeyValue(LogKeys.TOPIC, topic)
                    .addKeyValue(LogKeys.REASON, why)
                    .log("the reads are not kept up");
        }
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            LOG.atInfo().addKeyValue(LogKeys.TOPIC, topic).log("the reads are kept up");
        }
    }

    private boolean running() {
        return end.getCount() > 0;
    }

    private void pause(Duration time) {
        try {
            end.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
