package io.rollcall.kit.decider;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicReader;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.commands.CommandHeader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends commands and completes with their answers, which it hears by reading the whole events topic (and that of the
 * replies, where there is one) from its end, without a group. No thread waits for an answer. Ready once it is positioned
 * and a command for nothing has come back from every partition of the commands; where another service decides, degraded
 * until then.
 */
public final class CommandClient<CR extends SpecificRecord, ER extends SpecificRecord> extends TopicReader
        implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(CommandClient.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration POLL_IN_TROUBLE = Duration.ofMillis(50);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final String NO_ANSWER =
            "No answer came in time. It may have been done all the same: the same " + CommandIds.HEADER + " tells.";

    private final Protocol<CR, ER> protocol;
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
    private CompletableFuture<?> warming = CompletableFuture.completedFuture(null);
    private volatile @Nullable Producer<byte[], byte @Nullable []> producer;
    private volatile @Nullable Timer timer;
    private volatile boolean positioned;
    private volatile int partitions;
    private volatile boolean warm;

    /**
     * Makes one; started and ended by Spring when it is a bean.
     *
     * @param timeout how long an answer is waited for
     * @param atMost how many may be waited for at once
     */
    public CommandClient(
            Protocol<CR, ER> protocol,
            SchemaRegistry registry,
            KafkaSettings settings,
            String clientId,
            InstantSource clock,
            Duration timeout,
            int atMost) {
        super(
                protocol.name() + "-commands",
                settings.reader(clientId + "-" + protocol.name() + "-answers"),
                (record, cause) -> {});
        this.protocol = protocol;
        this.commands = new AvroSerde<>(protocol.commands(), registry);
        this.events = new AvroSerde<>(protocol.events(), registry);
        this.settings = settings;
        this.clientId = clientId + "-" + protocol.name();
        this.clock = clock;
        this.timeout = timeout;
        this.atMost = atMost;
    }

    /**
     * Sends a command about one thing.
     *
     * @return its answer: the last event that came of it. Fails with {@link UnavailableException} when Kafka does not
     *     take it, or when no answer came in time; then it may be decided all the same, and the same Idempotency-Key
     *     finds out. Fails with {@link NotSentException} when too many wait, or answers cannot be heard now
     */
    public CompletableFuture<ER> send(String id, CommandHeader header, CR command) {
        return sendTo(null, id, header, command, deadline());
    }

    /** Sends a command to a partition that does not follow from its key; else as {@link #send}. */
    public CompletableFuture<ER> send(int partition, String key, CommandHeader header, CR command) {
        return sendTo(partition, key, header, command, deadline());
    }

    /**
     * Sends one of several commands of a request; else as {@link #send}.
     *
     * @param within fails with {@link NotSentException} when it has passed
     */
    public CompletableFuture<ER> send(int partition, String key, CommandHeader header, CR command, Deadline within) {
        return sendTo(partition, key, header, command, within);
    }

    /** For the commands of a request that begins now: together they have the time of one. */
    public Deadline deadline() {
        return Deadline.after(timeout);
    }

    private CompletableFuture<ER> sendTo(
            @Nullable Integer partition, String key, CommandHeader header, CR command, Deadline within) {
        Producer<byte[], byte @Nullable []> sending = producer;
        // Who asks while Kafka is away comes again anyway: what piled up meanwhile would be decided before them.
        if (!positioned || sending == null || isTroubled()) {
            return CompletableFuture.failedFuture(notYet());
        }
        return send(sending, partition, key, header, command, within);
    }

    /**
     * Appends a command whose answer nobody waits for, however many wait for others. It comes behind everything that was
     * sent to the same partition before.
     *
     * @return done when it is in the log
     */
    public CompletableFuture<Void> append(int partition, String key, CommandHeader header, CR command) {
        Producer<byte[], byte @Nullable []> sending = producer;
        if (sending == null) {
            return CompletableFuture.failedFuture(notYet());
        }
        var appended = new CompletableFuture<Void>();
        // A send may block, and who appends may be the one thread on which all time-outs of this process end.
        Thread.ofVirtual().name(clientId + "-append").start(() -> {
            try {
                var _ = sending.send(record(partition, key, header, command), (_, failure) -> {
                    if (failure == null) {
                        appended.complete(null);
                    } else {
                        appended.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                appended.completeExceptionally(e);
            }
        });
        return appended;
    }

    /**
     * How many partitions the commands have.
     *
     * @throws UnavailableException when it is not known yet
     */
    public int partitions() {
        int known = partitions;
        if (known == 0) {
            throw notYet();
        }
        return known;
    }

    private NotSentException notYet() {
        return new NotSentException(
                "Commands cannot be answered yet: " + check().reason() + "; try again in a moment.", RETRY_AFTER);
    }

    private CompletableFuture<ER> send(
            Producer<byte[], byte @Nullable []> sending,
            @Nullable Integer partition,
            String id,
            CommandHeader header,
            CR command,
            Deadline within) {
        Duration left = within.left();
        if (!left.isPositive()) {
            return CompletableFuture.failedFuture(new NotSentException(NO_ANSWER, RETRY_AFTER));
        }
        if (waitingCount.incrementAndGet() > atMost) {
            waitingCount.decrementAndGet();
            return CompletableFuture.failedFuture(new NotSentException(
                    "Too many requests wait for their answers; try again in a moment.", RETRY_AFTER));
        }
        String commandId = header.getCommandId();
        var answer = new CompletableFuture<ER>();
        waiting.compute(commandId, (_, others) -> with(others, answer));
        long sentAt = System.nanoTime();
        CompletableFuture<ER> result = answer.orTimeout(left.toNanos(), TimeUnit.NANOSECONDS)
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
                protocol.commands().name(),
                partition,
                id.getBytes(StandardCharsets.UTF_8),
                commands.serialize(protocol.commands().name(), command));
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
            return new UnavailableException(NO_ANSWER, RETRY_AFTER);
        }
        LOG.atWarn()
                .addKeyValue(LogKeys.TOPIC, protocol.commands().name())
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

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        try (var sending = new KafkaProducer<byte[], byte @Nullable []>(settings.producer(clientId + "-commands"))) {
            producer = sending;
            answer(reading);
        } catch (InvalidOffsetException e) {
            // Made anew, or so far behind that the records are gone: whoever waited has timed out long ago.
            positions.clear();
            troubled("the position in " + protocol.events().name() + " is gone");
            pause();
        } finally {
            producer = null;
        }
    }

    private void answer(Consumer<byte[], byte[]> reading) {
        List<TopicPartition> answers = new ArrayList<>(partitionsOf(reading, protocol.events()));
        Topic<ER> replies = protocol.replies();
        if (replies != null) {
            answers.addAll(partitionsOf(reading, replies));
        }
        int asked = partitionsOf(reading, protocol.commands()).size();
        reading.assign(answers);
        position(reading, answers);
        partitions = asked;
        if (!warm) {
            IntStream.range(0, asked).forEach(cold::add);
        }
        positioned = true;
        while (running()) {
            if (!warm) {
                warmUp();
            }
            for (ConsumerRecord<byte[], byte[]> record : poll(reading, isTroubled() ? POLL_IN_TROUBLE : POLL)) {
                heard(record);
                positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
        }
    }

    private static List<TopicPartition> partitionsOf(Consumer<byte[], byte[]> reading, Topic<?> topic) {
        List<PartitionInfo> known = reading.partitionsFor(topic.name());
        if (known == null || known.isEmpty()) {
            throw new UnknownTopicOrPartitionException("topic " + topic.name() + " does not exist yet");
        }
        return known.stream()
                .map(it -> new TopicPartition(it.topic(), it.partition()))
                .toList();
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
        ER event = decode(events, record).value();
        if (event != null && protocol.answer(event) != null) {
            waiters.forEach(waiter -> waiter.complete(event));
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
            LOG.atInfo().addKeyValue(LogKeys.TOPIC, protocol.events().name()).log("commands are answered");
            return;
        }
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int partition : cold) {
            String id = UUID.randomUUID().toString();
            CommandHeader header = CommandHeader.newBuilder()
                    .setCommandId(id)
                    .setIssuedAt(clock.instant())
                    .setAuthor(clientId)
                    .setCorrelationId(id)
                    .build();
            sent.add(send(sending, partition, "warm-up-" + partition, header, protocol.nothing(header), deadline())
                    .thenAccept(_ -> cold.remove(partition)));
        }
        warming = CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
    }

    @Override
    protected boolean isComplete() {
        return warm || (positioned && protocol.decidedElsewhere());
    }

    @Override
    protected @Nullable String shortfall() {
        return warm ? null : missing();
    }

    @Override
    protected String missing() {
        return "no answers yet from partitions " + new TreeSet<>(cold) + " of "
                + protocol.commands().name();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("rollcall.commands.waiting", waitingCount, AtomicInteger::get)
                .tag("subject", protocol.name())
                .description("commands whose answer has not come yet")
                .register(registry);
        Gauge.builder("rollcall.commands.timed.out", timedOut, AtomicInteger::get)
                .tag("subject", protocol.name())
                .description("commands whose answer did not come in time")
                .register(registry);
        timer = Timer.builder("rollcall.commands.answer")
                .tag("subject", protocol.name())
                .description("from the sending of a command to its answer")
                .publishPercentileHistogram()
                .register(registry);
    }
}
