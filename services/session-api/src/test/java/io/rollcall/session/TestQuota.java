package io.rollcall.session;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.quota.ReserveSlot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A test double of quota-counter, which may not be started here: decides on the real topics, in their order, a transaction
 * for each command, by the same rules as far as they are asked for. Nothing ends by time: tests say when.
 */
final class TestQuota implements AutoCloseable {

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration BEAT = Duration.ofSeconds(60);

    private final AvroSerde<QuotaCommand> commands;
    private final AvroSerde<QuotaEvent> events;
    private final AvroSerde<Lease> leases;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ConcurrentMap<String, Integer> limits = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Lease> live = new ConcurrentHashMap<>();
    private final Map<String, String> reservedBy = new HashMap<>();
    private final Set<String> beaten = new HashSet<>();
    private final Queue<ConsumerRecord<byte[], byte[]>> undecided = new ArrayDeque<>();
    private final Map<Integer, Map<String, Answered>> answers = new HashMap<>();
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.ofPlatform().name("test-quota").unstarted(this::run);
    private volatile @Nullable Integer totalLimit;
    private volatile int capacity = Integer.MAX_VALUE;
    private boolean away;
    private Duration age = Duration.ZERO;
    private volatile boolean ended;

    /** Every lease that has ended, as its event told. */
    final List<QuotaEvent> endings = new CopyOnWriteArrayList<>();

    /** Every reservation that was refused for want of room. */
    final List<QuotaEvent> refusals = new CopyOnWriteArrayList<>();

    /** What was to be undone when it had been kept. */
    final List<String> kept = new CopyOnWriteArrayList<>();

    private record Answered(String fingerprint, Answer answer) {}

    private TestQuota(String bootstrapServers, SchemaRegistry registry) {
        commands = new AvroSerde<>(Topics.QUOTA_COMMANDS, registry);
        events = new AvroSerde<>(Topics.QUOTA_EVENTS, registry);
        leases = new AvroSerde<>(Topics.LEASES, registry);
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "test-quota", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static TestQuota start(String bootstrapServers, SchemaRegistry registry) {
        var quota = new TestQuota(bootstrapServers, registry);
        quota.thread.start();
        return quota;
    }

    void limit(String agency, int limit) {
        limits.put(agency, limit);
    }

    void totalLimit(@Nullable Integer limit) {
        totalLimit = limit;
    }

    void capacity(int leases) {
        capacity = leases;
    }

    /** Decides nothing until it is back, and then everything that has come meanwhile. */
    void away(boolean isAway) {
        order(() -> away = isAway);
    }

    /** Decides each command when it is this old, or a little older. */
    void decidesAfter(Duration age) {
        order(() -> this.age = age);
    }

    /** How many commands have come that are not decided. */
    int waiting() {
        var count = new AtomicInteger();
        order(() -> {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            ends.forEach((partition, end) -> count.addAndGet((int) (end - consumer.position(partition))));
        });
        return count.get();
    }

    int used(String agency) {
        return (int) live.values().stream()
                .filter(it -> it.getAgency().equals(agency))
                .count();
    }

    Optional<Lease> lease(String reservationId) {
        return Optional.ofNullable(live.get(reservationId));
    }

    /** The time of a lease is up, for this reason. */
    void end(String reservationId, String reason) {
        order(() -> inTransaction(() -> end(null, Objects.requireNonNull(live.get(reservationId)), reason, null)));
    }

    /** A lease that nobody has been answered about is undone, and with it what its command was answered. */
    void takeBack(String reservationId) {
        order(() -> {
            inTransaction(() -> end(null, Objects.requireNonNull(live.get(reservationId)), "undone", null));
            String command = Objects.requireNonNull(reservedBy.get(reservationId));
            answers.values().forEach(it -> it.remove(command));
        });
    }

    private void order(Runnable order) {
        var done = new CompletableFuture<Void>();
        orders.add(() -> {
            order.run();
            done.complete(null);
        });
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void run() {
        producer.initTransactions();
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.QUOTA_COMMANDS.name()).stream()
                .map(it -> new TopicPartition(it.topic(), it.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        while (!ended) {
            for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                order.run();
            }
            if (away) {
                consumer.pause(partitions);
            } else {
                consumer.resume(partitions);
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(10))) {
                undecided.add(record);
            }
            Instant until = Instant.now().minus(age);
            while (!undecided.isEmpty()
                    && !Instant.ofEpochMilli(undecided.element().timestamp()).isAfter(until)) {
                ConsumerRecord<byte[], byte[]> record = undecided.remove();
                inTransaction(() -> decide(record));
            }
        }
        consumer.close();
        producer.close();
    }

    private void inTransaction(Runnable decision) {
        producer.beginTransaction();
        decision.run();
        producer.commitTransaction();
    }

    private void decide(ConsumerRecord<byte[], byte[]> record) {
        QuotaCommand command = Objects.requireNonNull(commands.deserialize(record.topic(), record.value()));
        CommandHeader header = Objects.requireNonNull(command.getHeader());
        Instant now = Instant.ofEpochMilli(record.timestamp());
        if (command.getType() == QuotaCommandType.HEARTBEAT) {
            String refusal = refusal(command);
            beaten.add(command.getReservationId());
            told(Topics.QUOTA_REPLIES, answered(command, refusal == null ? yes() : no(refusal)));
            return;
        }
        boolean aboutAKey = !header.getFingerprint().isEmpty();
        boolean looked = command.getType() != QuotaCommandType.NOTHING || aboutAKey;
        boolean remembered = command.getType() != QuotaCommandType.NOTHING || (aboutAKey && header.getRepeatable());
        // What one partition knows another one does not.
        Map<String, Answered> answers = this.answers.computeIfAbsent(record.partition(), _ -> new HashMap<>());
        Answered before = looked ? answers.get(header.getCommandId()) : null;
        if (before != null) {
            boolean same = before.fingerprint().equals(header.getFingerprint());
            Answer first = before.answer();
            told(
                    Topics.QUOTA_EVENTS,
                    answered(
                            command,
                            same ? new Answer(first.getOutcome(), first.getReason(), true) : no("KEY_REUSED")));
            return;
        }
        QuotaEvent event = decide(command, header, now);
        if (event != null) {
            told(Topics.QUOTA_EVENTS, event);
        }
        Answer answer = event == null ? yes(command) : Objects.requireNonNull(event.getAnswer());
        if (remembered && !answer.getReason().endsWith("_LIMIT_EXCEEDED")) {
            answers.put(header.getCommandId(), new Answered(header.getFingerprint(), answer));
        }
        if (command.getReleaseLease() != null && answer.getOutcome() != Outcome.UNCHANGED) {
            answers.remove(command.getReleaseLease().getUndoes());
        }
    }

    private @Nullable QuotaEvent decide(QuotaCommand command, CommandHeader header, Instant now) {
        return switch (command.getType()) {
            case RESERVE -> reserve(command, now);
            case RENEW -> {
                String refusal = refusal(command);
                yield refusal == null ? renew(command, now) : answered(command, no(refusal));
            }
            case RELEASE -> {
                Lease lease = live.get(command.getReservationId());
                String refusal = refusal(command);
                if (refusal != null || lease == null) {
                    yield answered(command, no(refusal == null ? "NOT_FOUND" : refusal));
                }
                if (Objects.requireNonNull(command.getReleaseLease()).getReason() == EndReason.UNDONE
                        && beaten.contains(lease.getReservationId())) {
                    kept.add(lease.getReservationId());
                    yield answered(command, new Answer(Outcome.UNCHANGED, "", false));
                }
                LeaseClaim claim = command.getClaim();
                String reason = claim == null || owns(claim, lease)
                        ? Objects.requireNonNull(command.getReleaseLease())
                                .getReason()
                                .name()
                                .toLowerCase(Locale.ROOT)
                        : "admin";
                end(header, lease, reason, yes());
                yield null;
            }
            case END_CAMERA -> {
                String camera = Objects.requireNonNull(command.getEndCamera()).getCameraId();
                live.values().stream()
                        .filter(it -> it.getAgency().equals(command.getAgency())
                                && it.getCameraId().equals(camera))
                        .forEach(it -> end(null, it, "camera_removed", null));
                yield answered(command, yes());
            }
            case NOTHING ->
                answered(command, new Answer(Outcome.UNCHANGED, header.getRepeatable() ? header.getNote() : "", false));
            case HEARTBEAT, NOTE_VIEWER, SET_LIMIT, TICK, UNKNOWN ->
                throw new IllegalStateException("session-api does not send " + command.getType());
        };
    }

    private QuotaEvent reserve(QuotaCommand command, Instant now) {
        if (live.containsKey(command.getReservationId())) {
            return answered(command, no("ALREADY_EXISTS"));
        }
        ReserveSlot slot = Objects.requireNonNull(command.getReserveSlot());
        Integer limit = limits.get(command.getAgency());
        Integer total = totalLimit;
        int used = used(command.getAgency());
        boolean full = used >= (limit == null ? 0 : limit);
        boolean totallyFull = total != null && live.size() >= total;
        if (full || totallyFull || live.size() >= capacity) {
            String reason = full ? "AGENCY_LIMIT_EXCEEDED" : totallyFull ? "TOTAL_LIMIT_EXCEEDED" : "CAPACITY_EXCEEDED";
            QuotaEvent refusal = QuotaEvent.newBuilder(answered(command, no(reason)))
                    .setType(QuotaEventType.LEASE_REFUSED)
                    .setReason(reason)
                    .setCameraId(slot.getCameraId())
                    .setUserId(slot.getUserId())
                    .setUsageAfter(used)
                    .setLimit(limit)
                    .setTotalUsage(live.size())
                    .setTotalLimit(total)
                    .build();
            refusals.add(refusal);
            return refusal;
        }
        Lease lease = Lease.newBuilder()
                .setReservationId(command.getReservationId())
                .setAgency(command.getAgency())
                .setCameraId(slot.getCameraId())
                .setUserId(slot.getUserId())
                .setOwner(slot.getOwner())
                .setQuality(slot.getQuality())
                .setVersion(1)
                .setGrantedAt(now)
                .setRenewedAt(now)
                .setExpiresAt(now.plus(LONGEST))
                .setAliveUntil(now.plus(BEAT))
                .build();
        beaten.remove(lease.getReservationId());
        reservedBy.put(
                lease.getReservationId(),
                Objects.requireNonNull(command.getHeader()).getCommandId());
        lives(lease);
        return QuotaEvent.newBuilder(answered(command, yes(command)))
                .setType(QuotaEventType.LEASE_GRANTED)
                .build();
    }

    private QuotaEvent renew(QuotaCommand command, Instant now) {
        Lease before = Objects.requireNonNull(live.get(command.getReservationId()));
        lives(Lease.newBuilder(before)
                .setVersion(before.getVersion() + 1)
                .setRenewedAt(now)
                .setExpiresAt(now.plus(LONGEST))
                .build());
        return QuotaEvent.newBuilder(answered(command, yes(command)))
                .setType(QuotaEventType.LEASE_RENEWED)
                .build();
    }

    private void lives(Lease lease) {
        live.put(lease.getReservationId(), lease);
        var _ = producer.send(new ProducerRecord<>(
                Topics.LEASES.name(), bytes(lease.getReservationId()), leases.serialize(Topics.LEASES.name(), lease)));
    }

    private void end(@Nullable CommandHeader header, Lease lease, String reason, @Nullable Answer answer) {
        live.remove(lease.getReservationId());
        var _ = producer.send(new ProducerRecord<>(Topics.LEASES.name(), bytes(lease.getReservationId()), null));
        QuotaEvent event = QuotaEvent.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setType(QuotaEventType.LEASE_ENDED)
                .setCommandId(header == null ? "" : header.getCommandId())
                .setCorrelationId(header == null ? "" : header.getCorrelationId())
                .setAgency(lease.getAgency())
                .setReservationId(lease.getReservationId())
                .setCameraId(lease.getCameraId())
                .setReason(reason)
                .setAnswer(answer)
                .setLease(lease)
                .build();
        told(Topics.QUOTA_EVENTS, event);
        endings.add(event);
    }

    private QuotaEvent answered(QuotaCommand command, Answer answer) {
        CommandHeader header = Objects.requireNonNull(command.getHeader());
        return QuotaEvent.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setType(QuotaEventType.ANSWERED)
                .setCommandId(header.getCommandId())
                .setCorrelationId(header.getCorrelationId())
                .setAgency(command.getAgency())
                .setReservationId(command.getReservationId())
                .setAnswer(answer)
                .setLease(live.get(command.getReservationId()))
                .build();
    }

    private @Nullable String refusal(QuotaCommand command) {
        Lease lease = live.get(command.getReservationId());
        LeaseClaim claim = command.getClaim();
        if (lease == null) {
            return "NOT_FOUND";
        }
        return claim == null || claim.getAdmin() || owns(claim, lease) ? null : "FORBIDDEN";
    }

    private static boolean owns(LeaseClaim claim, Lease lease) {
        return claim.getCaller().equals(lease.getOwner()) || claim.getCaller().equals(lease.getUserId());
    }

    private void told(Topic<QuotaEvent> topic, QuotaEvent event) {
        String key = event.getAgency().isEmpty() ? event.getReservationId() : event.getAgency();
        var record = new ProducerRecord<>(topic.name(), bytes(key), events.serialize(topic.name(), event));
        record.headers().add("command-id", bytes(event.getCommandId()));
        var _ = producer.send(record);
    }

    private static Answer yes(QuotaCommand command) {
        CommandHeader header = Objects.requireNonNull(command.getHeader());
        return new Answer(Outcome.ACCEPTED, header.getNote(), false);
    }

    private static Answer yes() {
        return new Answer(Outcome.ACCEPTED, "", false);
    }

    private static Answer no(String reason) {
        return new Answer(Outcome.REFUSED, reason, false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
