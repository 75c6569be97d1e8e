package io.rollcall.kit.decider;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.Connections;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.commands.CommandHeader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Sends a subject's commands and completes with their answers, which it hears by reading the whole events topic from
 * its end, without a group. No thread waits for an answer. Ready once it is positioned and a command for nothing has
 * come back from every partition.
 */
public final class CommandClient<CR extends SpecificRecord, ER extends SpecificRecord>
        implements SmartLifecycle, ReadinessCheck, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(CommandClient.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Subject<?, ?, ?, CR, ER, ?> subject;
    private final AvroSerde<CR> commands;
    private final AvroSerde<ER> events;
    private final KafkaSettings settings;
    private final String clientId;
    private final InstantSource clock;
    private final Duration timeout;
    private final int atMost;
    private final ConcurrentMap<String, List<CompletableFuture<ER>>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Set<Integer> cold = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);
    private CompletableFuture<?> warming = CompletableFuture.completedFuture(null);
    private volatile @Nullable Producer<byte[], byte @Nullable []> producer;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Timer timer;
    private volatile String obstacle = "not started";
    private volatile boolean positioned;
    private volatile boolean warm;
    private volatile boolean connected;

    /**
     * Makes one; started and ended by Spring when it is a bean.
     *
     * @param timeout how long an answer is waited for
     * @param atMost how many may be waited for at once
     */
    public CommandClient(
            Subject<?, ?, ?, CR, ER, ?> subject,
            SchemaRegistry registry,
            KafkaSettings settings,
            String clientId,
            InstantSource clock,
            Duration timeout,
            int atMost) {
        this.subject = subject;
        this.commands = new AvroSerde<>(subject.commands(), registry);
        this.events = new AvroSerde<>(subject.events(), registry);
        this.settings = settings;
        this.clientId = clientId + "-" + subject.name();
        this.clock = clock;
        this.timeout = timeout;
        this.atMost = atMost;
    }

    /**
     * Sends a command about one thing.
     *
     * @return its answer: the last event that came of it. Fails with {@link UnavailableException} when Kafka does not
     *     take it, when too many wait, or when no answer came in time; then it may be decided all the same, and the same
     *     Idempotency-Key finds out
     */
    public CompletableFuture<ER> send(String id, CommandHeader header, CR command) {
        Producer<byte[], byte @Nullable []> sending = producer;
        if (!positioned || sending == null) {
            return CompletableFuture.failedFuture(
                    new UnavailableException("Commands cannot be answered yet: " + obstacle + ".", RETRY_AFTER));
        }
        return send(sending, null, id, header, command);
    }

    private CompletableFuture<ER> send(
            Producer<byte[], byte @Nullable []> sending,
            @Nullable Integer partition,
            String id,
            CommandHeader header,
            CR command) {
        if (waitingCount.incrementAndGet() > atMost) {
            waitingCount.decrementAndGet();
            return CompletableFuture.failedFuture(new UnavailableException(
                    "Too many requests wait for their answers; try again in a moment.", RETRY_AFTER));
        }
        String commandId = header.getCommandId();
        var answer = new CompletableFuture<ER>();
        waiting.compute(commandId, (_, others) -> with(others, answer));
        long sentAt = System.nanoTime();
        CompletableFuture<ER> result = answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> {
                    waitingCount.decrementAndGet();
                    waiting.computeIfPresent(commandId, (_, others) -> without(others, answer));
                    Timer known = timer;
                    if (known != null) {
                        known.record(System.nanoTime() - sentAt, TimeUnit.NANOSECONDS);
                    }
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(explained(failure)));
        try {
            var _ = sending.send(record(partition, id, header, command), (_, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return result;
    }

    private ProducerRecord<byte[], byte @Nullable []> record(
            @Nullable Integer partition, String id, CommandHeader header, CR command) {
        var record = new ProducerRecord<>(
                subject.commands().name(),
                partition,
                id.getBytes(StandardCharsets.UTF_8),
                commands.serialize(subject.commands().name(), command));
        record.headers().add(LogKeys.COMMAND_ID, header.getCommandId().getBytes(StandardCharsets.UTF_8));
        record.headers().add(LogKeys.CORRELATION_ID, header.getCorrelationId().getBytes(StandardCharsets.UTF_8));
        String traceparent = header.getTraceparent();
        if (traceparent != null) {
            record.headers().add(LogKeys.TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    private Throwable explained(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof TimeoutException) {
            timedOut.incrementAndGet();
            return new UnavailableException(
                    "No answer came in time. It may have been done all the same: the same " + CommandIds.HEADER
                            + " tells.",
                    RETRY_AFTER);
        }
        LOG.atWarn()
                .addKeyValue(LogKeys.TOPIC, subject.commands().name())
                .addKeyValue(LogKeys.REASON, failure.getClass().getSimpleName())
                .log("a command could not be sent");
        return new UnavailableException("The request could not be recorded; try again.", RETRY_AFTER);
    }

    private static <T> List<T> with(@Nullable List<T> others, T one) {
        if (others == null) {
            return List.of(one);
        }
        List<T> all = new ArrayList<>(others);
        all.add(one);
        return List.copyOf(all);
    }

    private static <T> @Nullable List<T> without(List<T> all, T one) {
        List<T> others = new ArrayList<>(all);
        others.remove(one);
        return others.isEmpty() ? null : List.copyOf(others);
    }

    private void run() {
        while (end.getCount() > 0) {
            try (var reading = new KafkaConsumer<byte[], byte[]>(settings.reader(clientId + "-answers"))) {
                consumer = reading;
                follow(reading);
            } catch (WakeupException | InterruptException e) {
                // stop() says so
            } catch (InvalidOffsetException e) {
                // Made anew, or so far behind that the records are gone: whoever waited has timed out long ago.
                positions.clear();
                troubled("the position in " + subject.events().name() + " is gone");
                pause();
            } catch (KafkaException e) {
                troubled("reading " + subject.events().name() + " failed: "
                        + e.getClass().getSimpleName());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> reading) {
        List<PartitionInfo> known = reading.partitionsFor(subject.events().name());
        if (known == null || known.isEmpty()) {
            troubled("topic " + subject.events().name() + " does not exist yet");
            pause();
            return;
        }
        List<TopicPartition> partitions = known.stream()
                .map(it -> new TopicPartition(it.topic(), it.partition()))
                .toList();
        reading.assign(partitions);
        position(reading, partitions);
        if (!warm) {
            known.forEach(it -> cold.add(it.partition()));
        }
        positioned = true;
        while (end.getCount() > 0) {
            if (!warm) {
                warmUp();
            }
            for (ConsumerRecord<byte[], byte[]> record : reading.poll(POLL)) {
                heard(record);
                positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
            connected = Connections.any(reading.metrics());
        }
    }

    /** Where it was, so that no answer is missed, else the end; asked for, so that the seek has happened. */
    private void position(Consumer<byte[], byte[]> reading, List<TopicPartition> partitions) {
        // All of them before any is asked for: asking for one looks at all.
        for (TopicPartition partition : partitions) {
            Long position = positions.get(partition);
            if (position == null) {
                reading.seekToEnd(Set.of(partition));
            } else {
                reading.seek(partition, position);
            }
        }
        for (TopicPartition partition : partitions) {
            positions.put(partition, reading.position(partition));
        }
    }

    private void heard(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(LogKeys.COMMAND_ID);
        if (header == null || header.value() == null) {
            return;
        }
        List<CompletableFuture<ER>> waiters = waiting.get(new String(header.value(), StandardCharsets.UTF_8));
        // Most of what is heard is for others: it is not even decoded.
        if (waiters == null) {
            return;
        }
        try {
            ER event = events.deserialize(record.topic(), record.value());
            if (event != null && subject.answer(event) != null) {
                waiters.forEach(waiter -> waiter.complete(event));
            }
        } catch (KafkaException e) {
            waiters.forEach(waiter -> waiter.completeExceptionally(e));
        }
    }

    /** The first command of a process takes hundreds of milliseconds: these take them instead of a caller. */
    private void warmUp() {
        Producer<byte[], byte @Nullable []> sending = producer;
        if (sending == null || !warming.isDone()) {
            return;
        }
        if (cold.isEmpty()) {
            warm = true;
            LOG.atInfo().addKeyValue(LogKeys.TOPIC, subject.events().name()).log("commands are answered");
            return;
        }
        troubled("no answers from partitions " + new HashSet<>(cold) + " of "
                + subject.events().name());
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int partition : cold) {
            String id = UUID.randomUUID().toString();
            CommandHeader header = CommandHeader.newBuilder()
                    .setCommandId(id)
                    .setIssuedAt(clock.instant())
                    .setAuthor(clientId)
                    .setCorrelationId(id)
                    .build();
            sent.add(send(sending, partition, "warm-up-" + partition, header, subject.nothing(header))
                    .thenAccept(_ -> cold.remove(partition)));
        }
        warming = CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
    }

    private void troubled(String why) {
        if (!why.equals(obstacle)) {
            obstacle = why;
            LOG.atInfo()
                    .addKeyValue(LogKeys.TOPIC, subject.events().name())
                    .addKeyValue(LogKeys.REASON, why)
                    .log("commands are not answered yet");
        }
    }

    private void pause() {
        try {
            end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end.countDown();
        }
    }

    @Override
    public String name() {
        return subject.name() + "-commands";
    }

    @Override
    public Readiness check() {
        if (!warm) {
            return Readiness.down(obstacle);
        }
        return connected ? Readiness.up() : Readiness.down("no broker answers");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("rollcall.commands.waiting", waitingCount, AtomicInteger::get)
                .tag("subject", subject.name())
                .description("commands whose answer has not come yet")
                .register(registry);
        Gauge.builder("rollcall.commands.timed.out", timedOut, AtomicInteger::get)
                .tag("subject", subject.name())
                .description("commands whose answer did not come in time")
                .register(registry);
        timer = Timer.builder("rollcall.commands.answer")
                .tag("subject", subject.name())
                .description("from the sending of a command to its answer")
                .publishPercentileHistogram()
                .register(registry);
    }

    @Override
    public synchronized void start() {
        if (thread == null && end.getCount() > 0) {
            producer = new KafkaProducer<>(settings.producer(clientId + "-commands"));
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
        Producer<byte[], byte @Nullable []> sending = producer;
        producer = null;
        if (sending != null) {
            sending.close(Duration.ofSeconds(5));
        }
    }

    @Override
    public boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }

    @Override
    public int getPhase() {
        return KafkaPhases.COMMANDS;
    }
}
