package io.rollcall.session.livekit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.ConsumerThread;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.livekit.ReconcileRequest;
import io.rollcall.session.livekit.domain.Attendance;
import io.rollcall.session.livekit.domain.Doubt;
import io.rollcall.session.livekit.domain.PollMemory;
import io.rollcall.session.livekit.domain.PollRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists LiveKit's rooms from time to time and tells presence-history where it may be wrong. Of all instances the one
 * polls to which the group has given the requests for it; another takes over seconds after that one has died. Whoever
 * was put out while it was paused can write nothing any more ({@link ObservationWriter}); of what it may still ask of
 * LiveKit, nothing is wrong when it is asked late.
 */
public final class RoomPoller extends ConsumerThread {

    /** The group whose one reader polls. */
    public static final String GROUP = "session-api-poller";

    private static final Logger LOG = LoggerFactory.getLogger(RoomPoller.class);
    private static final Topic<ReconcileRequest> REQUESTS = Topics.RECONCILE_REQUESTS;

    /** How soon a poll's answers are seen. */
    private static final Duration TICK = Duration.ofMillis(100);

    private final PollRound round;
    private final Duration interval;
    private final KafkaSettings kafka;
    private final String clientId;
    private final DeadLetters letters;
    private final Uuid7 ids;
    private final AvroSerde<ReconcileRequest> requests;
    private final AvroSerde<LivekitObservation> observations;
    private final CompletableFuture<Void> prerequisite;
    private final Timer duration;
    private final Counter errors;
    private final AtomicInteger listed = new AtomicInteger();
    private final AtomicInteger zombies = new AtomicInteger();
    private final AtomicInteger leading = new AtomicInteger();
    private @Nullable String trouble;

    /**
     * Polls once it is started.
     *
     * @param prerequisite done as soon as all is known that a poll needs
     */
    RoomPoller(
            PollRound round,
            Duration interval,
            KafkaSettings kafka,
            SchemaRegistry registry,
            String clientId,
            DeadLetters letters,
            Uuid7 ids,
            CompletableFuture<Void> prerequisite,
            MeterRegistry meters) {
        super("room-poller");
        this.round = round;
        this.interval = interval;
        this.kafka = kafka;
        this.clientId = clientId + "-poller";
        this.letters = letters;
        this.ids = ids;
        this.requests = new AvroSerde<>(REQUESTS, registry);
        this.observations = new AvroSerde<>(Topics.LIVEKIT_OBSERVATIONS, registry);
        this.prerequisite = prerequisite;
        this.duration = Timer.builder("realtime.livekit.sync.duration")
                .description("How long a poll of LiveKit takes, until all it asks for is answered")
                .register(meters);
        this.errors = Counter.builder("realtime.livekit.sync.errors")
                .description("Polls that LiveKit did not answer, and rooms for which it did not")
                .register(meters);
        Gauge.builder("livekit.rooms.listed", listed, AtomicInteger::get)
                .description("Rooms that LiveKit listed with the last poll of this instance")
                .register(meters);
        Gauge.builder("livekit.rooms.zombies", zombies, AtomicInteger::get)
                .description("Rooms that LiveKit lists and for which no node has answered three times")
                .register(meters);
        Gauge.builder("livekit.poller.leading", leading, AtomicInteger::get)
                .description("1 on the one instance that polls")
                .register(meters);
    }

    @Override
    protected Consumer<byte[], byte[]> open() {
        Map<String, Object> it = new HashMap<>(kafka.reader(clientId));
        it.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        it.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(SoleReaderAssignor.class));
        // For a session nobody polls after the one that did has died.
        it.putAll(kafka.membership());
        // Longer than this thread is ever away from its consumer: one that hangs has to make room.
        it.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 45_000);
        // Requests from before there was a poller are doubts too.
        it.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(it);
    }

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        var term = new Term(reading);
        try {
            reading.subscribe(List.of(REQUESTS.name()), term);
            while (running()) {
                term.turn();
            }
        } finally {
            term.end();
        }
    }

    /** Out of the group and in again: whoever can write shall poll. */
    @Override
    protected void broken(RuntimeException cause) {
        troubled(DeadLetters.describe(cause));
    }

    /** One membership of the group. All on the poller's thread. */
    private final class Term implements ConsumerRebalanceListener {

        private final Consumer<byte[], byte[]> reading;
        private final Deque<ConsumerRecord<byte[], byte[]>> unread = new ArrayDeque<>();
        private final List<ProducerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
        private @Nullable ObservationWriter writer;
        private PollMemory memory = PollMemory.NOTHING;
        private @Nullable CompletableFuture<PollRound.Outcome> asking;
        private CompletableFuture<Void> settling = CompletableFuture.completedFuture(null);
        private Map<TopicPartition, OffsetAndMetadata> taken = Map.of();
        private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
        private long beganAt;
        private long nextAt = System.nanoTime();

        Term(Consumer<byte[], byte[]> reading) {
            this.reading = reading;
        }

        void turn() {
            var requests = reading.poll(TICK);
            // Else they are passed by: nobody looks into the rooms they ask about.
            if (round.looksInside()) {
                requests.forEach(unread::add);
            }
            if (reading.assignment().isEmpty()) {
                return;
            }
            if (writer == null) {
                writer = new ObservationWriter(kafka.producer(clientId), GROUP, observations);
                leading.set(1);
                LOG.info("this instance polls LiveKit");
            }
            CompletableFuture<PollRound.Outcome> asked = asking;
            if (asked != null && asked.isDone()) {
                asking = null;
                duration.record(System.nanoTime() - beganAt, TimeUnit.NANOSECONDS);
                answered(writer, asked);
            }
            if (asking == null && settling.isDone() && isTime() && prerequisite.isDone()) {
                begin();
            }
        }

        private boolean isTime() {
            return System.nanoTime() - nextAt >= 0;
        }

        private void begin() {
            if (!takeDoubts()) {
                return;
            }
            beganAt = System.nanoTime();
            nextAt = beganAt + interval.toNanos();
            taken = positions();
            asking = round.start(memory);
        }

        private boolean takeDoubts() {
            List<Doubt> doubts = new ArrayList<>();
            while (!unread.isEmpty()) {
                ConsumerRecord<byte[], byte[]> record = unread.peek();
                try {
                    ReconcileRequest request = requests.deserialize(record.topic(), record.value());
                    if (request != null) {
                        var doubt = new Doubt(request.getRoomName(), request.getRoomSid());
                        if (doubt.key().isEmpty()) {
                            throw new SerializationException("asks for no room");
                        }
                        doubts.add(doubt);
                    }
                } catch (RegistryUnavailableException e) {
                    troubled("the schema registry does not answer");
                    memory = PollRules.withDoubts(memory, doubts);
                    return false;
                } catch (SerializationException e) {
                    bad(record, e);
                }
                unread.remove();
            }
            memory = PollRules.withDoubts(memory, doubts);
            return true;
        }

        private void bad(ConsumerRecord<byte[], byte[]> record, SerializationException cause) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.TOPIC, record.topic())
                    .addKeyValue(LogKeys.PARTITION, record.partition())
                    .addKeyValue(LogKeys.OFFSET, record.offset())
                    .addKeyValue(LogKeys.REASON, DeadLetters.describe(cause))
                    .log("a request for a look into a room cannot be read and is skipped");
            deadLetters.add(letters.letter(
                    DeadLetterStage.DECODE,
                    new DeadLetters.Source(
                            record.topic(), record.partition(), record.offset(), record.timestamp(), record.headers()),
                    record.key(),
                    record.value(),
                    cause));
        }

        /** Of all partitions, so that every transaction names the group's generation. */
        private Map<TopicPartition, OffsetAndMetadata> positions() {
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            for (TopicPartition partition : reading.assignment()) {
                positions.put(partition, new OffsetAndMetadata(reading.position(partition)));
            }
            return positions;
        }

        private void answered(ObservationWriter writing, CompletableFuture<PollRound.Outcome> asked) {
            PollRound.Outcome outcome;
            try {
                outcome = asked.join();
            } catch (CompletionException e) {
                errors.increment();
                troubled(
                        e.getCause() instanceof RoomApiException failure
                                ? failure.getMessage()
                                : DeadLetters.describe(e));
                return;
            }
            settling = outcome.settled();
            listed.set(outcome.listing().rooms().size());
            outcome.attendances().values().stream()
                    .filter(Attendance.Unknown.class::isInstance)
                    .forEach(_ -> errors.increment());
            List<LivekitObservation> found = found(outcome);
            if (!found.isEmpty() || !deadLetters.isEmpty() || !taken.equals(committed)) {
                writing.write(found, deadLetters, taken, reading.groupMetadata());
                committed = taken;
                deadLetters.clear();
            }
            tellZombies(outcome.conclusion().memory().zombies(), memory.zombies());
            memory = outcome.conclusion().memory();
            recovered();
        }

        private List<LivekitObservation> found(PollRound.Outcome outcome) {
            String pollId = ids.next().toString();
            Instant askedAt = outcome.listing().askedAt();
            return outcome.conclusion().findings().stream()
                    .map(finding -> ObservationMapper.observation(ids.next().toString(), pollId, askedAt, finding))
                    .toList();
        }

        private void tellZombies(Set<String> now, Set<String> before) {
            zombies.set(now.size());
            now.stream()
                    .filter(room -> !before.contains(room))
                    .forEach(room -> LOG.atWarn()
                            .addKeyValue(LogKeys.ROOM_KEY, room)
                            .log("LiveKit lists a room for which no node answers: a zombie"));
        }

        /** Whatever was asked is void: another may have asked since. */
        void end() {
            ObservationWriter writing = writer;
            writer = null;
            if (writing != null) {
                writing.close();
                leading.set(0);
                listed.set(0);
                zombies.set(0);
                LOG.info("this instance does not poll LiveKit any more");
            }
            asking = null;
            memory = PollMemory.NOTHING;
            unread.clear();
            deadLetters.clear();
            committed = Map.of();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // The next turn sees it.
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            end();
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            end();
        }
    }

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.atWarn().addKeyValue(LogKeys.REASON, why).log("LiveKit's rooms are not known");
        }
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            LOG.info("LiveKit's rooms are known again");
        }
    }

    /** After the views that it looks into. */
    @Override
    public int getPhase() {
        return KafkaPhases.STREAMS;
    }
}
