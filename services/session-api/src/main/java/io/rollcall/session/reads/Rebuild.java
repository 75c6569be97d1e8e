package io.rollcall.session.reads;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Builds a subject's model anew from the beginning of its topic, beside the one that is served and goes on being written,
 * and puts it in its place. At the end the old one stands still for the moment in which the new one overtakes it, so that
 * no reader goes back in time. One at a time over all instances, by a lease in Redis; when it runs out because the
 * instance was killed, what was built is given up and swept.
 */
public final class Rebuild<V extends SpecificRecord> implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
    private static final Script START = Script.of("rebuild-start");
    private static final Script RENEW = Script.of("rebuild-renew");
    private static final Script SWITCH = Script.of("rebuild-switch");
    private static final Script ABANDON = Script.of("rebuild-abandon");
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final ReadModel<V> model;
    private final RecordReader<V> records;
    private final Map<String, Object> settings;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Status status = new Status(State.IDLE, 0, 0, null);
    private volatile @Nullable Thread thread;
    private volatile boolean open;

    /** How far a rebuild is. */
    public enum State {
        /** None was started here since the service was. */
        @JsonProperty("idle")
        IDLE,
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("done")
        DONE,
        @JsonProperty("failed")
        FAILED
    }

    /**
     * The last rebuild that was started here.
     *
     * @param records how many were read
     * @param toGo how many there were to go, at most
     * @param reason why it failed, or was not started
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            State state, long records, long toGo, @Nullable String reason) {}

    /** What was to be done cannot be. */
    private static final class GivenUpException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        GivenUpException(String reason) {
            super(reason);
        }
    }

    /** Rebuilds this model when it is asked to. */
    public Rebuild(ReadModel<V> model, SchemaRegistry registry, KafkaSettings settings, String service) {
        this.model = model;
        // The projector has put among the dead letters what cannot be read.
        this.records = new RecordReader<>(model, registry, (_, _) -> {});
        this.settings = settings.reader(service + "-" + model.subject().name() + "-rebuild");
        this.settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    }

    /** What is rebuilt. */
    public String subject() {
        return model.subject().name();
    }

    /** How far it is. */
    public Status status() {
        return status;
    }

    /**
     * Starts one in the background.
     *
     * @return why not, or null when it runs
     * @throws UnavailableException when Redis does not answer
     */
    public synchronized @Nullable String begin() {
        if (!open) {
            return "the service ends";
        }
        Thread known = thread;
        if (known != null && known.isAlive()) {
            return "it runs already, in this instance";
        }
        String token = UUID.randomUUID().toString();
        String generation = ReadModel.newGeneration();
        List<Object> answer;
        try {
            answer = model.link()
                    .list(
                            START,
                            new byte[][] {
                                model.keys().generations(),
                                model.keys().lease(),
                                model.keys().retired()
                            },
                            new byte[][] {
                                ReadModel.text(token), ReadModel.text(LEASE.toMillis()), ReadModel.text(generation)
                            })
                    .join();
        } catch (CompletionException e) {
            throw new UnavailableException("Redis does not answer", Duration.ofSeconds(1));
        }
        return switch (ReadModel.word(answer)) {
            case "none" -> "there is nothing to be rebuilt: it is being filled for the first time";
            case "taken" -> "it runs already, in another instance";
            default -> {
                model.learn(answer);
                status = new Status(State.RUNNING, 0, 0, null);
                thread = Thread.ofPlatform()
                        .name("rebuild-" + subject())
                        .daemon()
                        .start(() -> run(new Lease(token, generation)));
                yield null;
            }
        };
    }

    private record Lease(String token, String generation) {}

    private void run(Lease lease) {
        LOG.atInfo().addKeyValue(LogKeys.TOPIC, subject()).log("the reads are rebuilt");
        try (var reading = new KafkaConsumer<byte[], byte[]>(settings)) {
            build(reading, lease);
            status = new Status(State.DONE, status.records(), 0, null);
            LOG.atInfo()
                    .addKeyValue(LogKeys.TOPIC, subject())
                    .addKeyValue(LogKeys.COUNT, status.records())
                    .log("the reads were rebuilt");
        } catch (GivenUpException e) {
            failed(lease, String.valueOf(e.getMessage()));
        } catch (CompletionException e) {
            failed(lease, "Redis does not answer");
        } catch (KafkaException e) {
            failed(lease, "reading " + subject() + " failed: " + e.getClass().getSimpleName());
        } catch (RuntimeException e) {
            failed(lease, e.getClass().getSimpleName());
            throw e;
        }
    }

    private void build(Consumer<byte[], byte[]> reading, Lease lease) {
        List<TopicPartition> partitions = reading.partitionsFor(subject()).stream()
                .map(it -> new TopicPartition(it.topic(), it.partition()))
                .toList();
        reading.assign(partitions);
        reading.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(it -> positions.put(it, ReadModel.NOWHERE));
        long renewed = System.nanoTime();
        boolean overtaking = false;
        boolean astray = false;
        while (true) {
            if (end.getCount() == 0) {
                throw new GivenUpException("the service ends");
            }
            ConsumerRecords<byte[], byte[]> polled;
            try {
                if (astray) {
                    goBack(reading, positions, lease);
                    astray = false;
                }
                if (System.nanoTime() - renewed > BETWEEN_RENEWALS.toNanos()) {
                    renew(lease, overtaking);
                    renewed = System.nanoTime();
                }
                polled = reading.poll(overtaking ? Duration.ofMillis(5) : POLL);
                write(reading, polled, positions, lease);
            } catch (CompletionException e) {
                // A moment without Redis is no reason to begin anew, as long as the lease holds.
                if (System.nanoTime() - renewed > LEASE.toNanos()) {
                    throw e;
                }
                astray = true;
                pause();
                continue;
            }
            long toGo = ends.entrySet().stream()
                    .mapToLong(it -> Math.max(0, it.getValue() - positions.getOrDefault(it.getKey(), 0L)))
                    .sum();
            status = new Status(State.RUNNING, status.records() + polled.count(), toGo, null);
            if (!overtaking && toGo == 0) {
                overtaking = true;
                renew(lease, true);
            }
            if (overtaking && switched(lease)) {
                return;
            }
        }
    }

    private void write(
            Consumer<byte[], byte[]> reading,
            ConsumerRecords<byte[], byte[]> polled,
            Map<TopicPartition, Long> positions,
            Lease lease) {
        List<CompletableFuture<ReadModel.Applied>> answers = new ArrayList<>();
        positions.replaceAll((partition, from) -> {
            long next = reading.position(partition);
            records.steps(partition.partition(), from, next, null, polled.records(partition))
                    .forEach(step -> answers.add(model.apply(ReadModel.Role.BUILDING, lease.generation(), step)));
            return next;
        });
        for (CompletableFuture<ReadModel.Applied> answer : answers) {
            if (answer.join() != ReadModel.Applied.APPLIED) {
                throw new GivenUpException("Redis lost it, or another instance took over");
            }
        }
    }

    /** To where Redis is: what was under way may have been written, or not. */
    private void goBack(Consumer<byte[], byte[]> reading, Map<TopicPartition, Long> positions, Lease lease) {
        Map<byte[], byte[]> written = model.link()
                .counted(
                        "hgetall",
                        () -> model.link().commands().hgetall(model.keys().positions(lease.generation())))
                .join();
        positions.replaceAll((_, _) -> ReadModel.NOWHERE);
        written.forEach((partition, next) -> positions.put(
                new TopicPartition(subject(), Integer.parseInt(ReadModel.string(partition))),
                Long.valueOf(ReadModel.string(next))));
        positions.forEach((partition, next) -> {
            if (next == ReadModel.NOWHERE) {
                reading.seekToBeginning(List.of(partition));
            } else {
                reading.seek(partition, next);
            }
        });
    }

    private void pause() {
        try {
            var _ = end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew(Lease lease, boolean overtaking) {
        expect(
                "renewed",
                model.link()
                        .list(
                                RENEW,
                                new byte[][] {
                                    model.keys().generations(), model.keys().lease()
                                },
                                new byte[][] {
                                    ReadModel.text(lease.token()),
                                    ReadModel.text(LEASE.toMillis()),
                                    ReadModel.text(overtaking ? 1 : 0)
                                })
                        .join());
    }

    private boolean switched(Lease lease) {
        String current = model.known().current();
        List<Object> answer = model.link()
                .list(
                        SWITCH,
                        new byte[][] {
                            model.keys().generations(),
                            model.keys().lease(),
                            model.keys().retired(),
                            model.keys().positions(current),
                            model.keys().positions(lease.generation())
                        },
                        new byte[][] {
                            ReadModel.text(lease.token()), ReadModel.text(current), ReadModel.text(lease.generation())
                        })
                .join();
        if (ReadModel.word(answer).equals("behind")) {
            return false;
        }
        expect("switched", answer);
        model.learn(answer);
        return true;
    }

    private static void expect(String word, List<Object> answer) {
        if (!ReadModel.word(answer).equals(word)) {
            throw new GivenUpException("Redis lost it, or another instance took over");
        }
    }

    private void failed(Lease lease, String reason) {
        status = new Status(State.FAILED, status.records(), status.toGo(), reason);
        LOG.atWarn()
                .addKeyValue(LogKeys.TOPIC, subject())
                .addKeyValue(LogKeys.REASON, reason)
                .log("the reads were not rebuilt; those that were there are served as before");
        try {
            model.link()
                    .list(
                            ABANDON,
                            new byte[][] {
                                model.keys().generations(),
                                model.keys().lease(),
                                model.keys().retired()
                            },
                            new byte[][] {ReadModel.text(lease.token()), ReadModel.text(lease.generation())})
                    .join();
        } catch (CompletionException e) {
            // The lease runs out, and with it the generation.
            LOG.atDebug().setCause(e).log("the rebuild could not be given up at once");
        }
    }

    @Override
    public void start() {
        open = true;
    }

    @Override
    public void stop() {
        open = false;
        end.countDown();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return open;
    }

    @Override
    public int getPhase() {
        return KafkaPhases.VIEWS;
    }
}
