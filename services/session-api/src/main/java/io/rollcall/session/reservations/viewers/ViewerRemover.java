package io.rollcall.session.reservations.viewers;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicReader;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.CameraRoom;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import io.rollcall.schemas.rooms.ParticipantJoined;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.livekit.RoomApiException;
import io.rollcall.session.reservations.domain.Removals;
import io.rollcall.session.reservations.domain.Removals.Fault;
import io.rollcall.session.reservations.domain.Removals.Place;
import io.rollcall.session.reservations.domain.Removals.Removal;
import io.rollcall.session.reservations.domain.Removals.Viewer;
import io.rollcall.session.reservations.domain.ViewerNames;
import io.rollcall.session.reservations.reads.LiveLeases;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Puts viewers out of their rooms when their reservation ends, and those at once who come with one that does not live: the
 * token alone must not outlive the quota. The instances share the partitions of {@code quota-events} and
 * {@code room-events}. Whether a reservation lives is looked up in all that has been decided until then, so that a join
 * that is seen before its grant is not taken for one without.
 *
 * <p>At least once: a position is committed only when everybody before it is out, or LiveKit says that there is nobody.
 */
public final class ViewerRemover extends TopicReader {

    /** The group that shares the work. */
    public static final String GROUP = "session-api-viewers";

    private static final Logger LOG = LoggerFactory.getLogger(ViewerRemover.class);
    private static final Duration AT_REST = Duration.ofMillis(100);
    private static final Duration AT_WORK = Duration.ofMillis(5);
    private static final long COMMIT_EVERY_NS = Duration.ofMillis(500).toNanos();

    private static final Duration LOOKS_BACK = Duration.ofDays(1);

    /** Most of the client's calls are left to requests. */
    private static final int CALLS = 6;

    /** More than these wait in Kafka. */
    private static final int AT_MOST = 5_000;

    private final LiveLeases leases;
    private final RoomApi api;
    private final Duration patience;
    private final InstantSource clock;
    private final AvroSerde<QuotaEvent> quotaEvents;
    private final AvroSerde<RoomEvent> roomEvents;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Counter removed;
    private final Counter givenUp;

    /**
     * Reads once it is started.
     *
     * @param patience how long it is tried in a room in which nothing can be done
     */
    public ViewerRemover(
            LiveLeases leases,
            RoomApi api,
            SchemaRegistry registry,
            KafkaSettings kafka,
            String clientId,
            DeadLetterWriter letters,
            Duration patience,
            InstantSource clock,
            MeterRegistry meters) {
        super("viewer-remover", settings(kafka, clientId + "-viewers"), letters);
        this.leases = leases;
        this.api = api;
        this.patience = patience;
        this.clock = clock;
        this.quotaEvents = new AvroSerde<>(Topics.QUOTA_EVENTS, registry);
        this.roomEvents = new AvroSerde<>(Topics.ROOM_EVENTS, registry);
        this.removed = Counter.builder("stream.viewers.removed")
                .description("Viewers whose reservation has ended and who are out of their room, or were not there")
                .register(meters);
        this.givenUp = Counter.builder("stream.viewers.given.up")
                .description("Viewers whose reservation has ended and in whose room nothing could be done")
                .register(meters);
        Gauge.builder("stream.viewers.to.remove", waiting, AtomicInteger::get)
                .description("Viewers whose reservation may have ended and who are not out yet")
                .register(meters);
    }

    private static Map<String, Object> settings(KafkaSettings kafka, String clientId) {
        Map<String, Object> it = new HashMap<>(kafka.reader(clientId));
        it.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        it.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(CooperativeStickyAssignor.class));
        it.putAll(kafka.membership());
        // Where a topic was made anew: it is read whole.
        it.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return it;
    }

    /** Requests need nothing of it. */
    @Override
    protected boolean isComplete() {
        return true;
    }

    @Override
    protected void follow(Consumer<byte[], byte[]> reading) {
        var term = new Term(reading);
        try {
            reading.subscribe(List.of(Topics.QUOTA_EVENTS.name(), Topics.ROOM_EVENTS.name()), term);
            while (running()) {
                term.turn();
            }
        } finally {
            waiting.set(0);
        }
    }

    private record Answered(Removal removal, @Nullable Throwable failure) {}

    /** One membership of the group. All on the reader's thread but the answers. */
    private final class Term implements ConsumerRebalanceListener {

        private final Consumer<byte[], byte[]> reading;
        private final Removals removals = new Removals(patience);
        private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
        private final Map<TopicPartition, Long> committed = new HashMap<>();
        private List<Removal> unchecked = new ArrayList<>();
        private List<Removal> checked = List.of();
        private @Nullable CompletableFuture<Void> checking;
        private int calls;
        private boolean paused;
        private long commitAt = System.nanoTime();

        Term(Consumer<byte[], byte[]> reading) {
            this.reading = reading;
        }

        void turn() {
            for (ConsumerRecord<byte[], byte[]> record : poll(reading, asks() ? AT_WORK : AT_REST)) {
                Viewer viewer = viewer(record);
                if (viewer != null) {
                    unchecked.add(removals.add(new Place(record.topic(), record.partition()), record.offset(), viewer));
                }
            }
            check();
            hear();
            begin();
            waiting.set(removals.size());
            pauseOrResume();
            if (System.nanoTime() - commitAt >= 0) {
                commitAt = System.nanoTime() + COMMIT_EVERY_NS;
                commitUnlessTheGroupIsBusy();
            }
        }

        /** Whether an answer may come at any moment. */
        private boolean asks() {
            return calls > 0 || checking != null;
        }

        /** Whether their reservations live, in the light of all that was decided before this was asked. */
        private void check() {
            CompletableFuture<Void> asked = checking;
            if (asked != null && asked.isDone()) {
                checking = null;
                if (asked.isCompletedExceptionally()) {
                    unchecked.addAll(checked);
                } else {
                    checked.forEach(this::judge);
                }
                checked = List.of();
            }
            if (checking == null && !unchecked.isEmpty()) {
                checked = unchecked;
                unchecked = new ArrayList<>();
                checking = leases.upToNow();
            }
        }

        private void judge(Removal removal) {
            if (lives(removal)) {
                removals.done(removal);
            } else {
                removals.ready(removal);
            }
        }

        private boolean lives(Removal removal) {
            return leases.get(removal.viewer().reservationId()).isPresent();
        }

        private void begin() {
            for (Removal removal : removals.due(clock.instant(), CALLS - calls)) {
                // Under an Idempotency-Key a reservation may live again that was taken back before.
                if (removal.triedBefore() && lives(removal)) {
                    removals.done(removal);
                    continue;
                }
                calls++;
                Viewer viewer = removal.viewer();
                var _ = api.removeParticipant(viewer.room(), viewer.identity())
                        .whenComplete((_, failure) -> answers.add(new Answered(removal, failure)));
            }
        }

        private void hear() {
            for (Answered answer = answers.poll(); answer != null; answer = answers.poll()) {
                calls--;
                Throwable failure = answer.failure();
                if (failure == null) {
                    removals.done(answer.removal());
                    removed.increment();
                } else {
                    failed(answer.removal(), RoomApiException.of(failure));
                }
            }
        }

        private void failed(Removal removal, RoomApiException failure) {
            if (!removal.triedBefore()) {
                log(removal, failure).log("a viewer could not be put out of a room, and it is tried again");
            }
            if (removals.failed(removal, fault(failure), clock.instant())) {
                givenUp.increment();
                log(removal, failure).log("a viewer could not be put out of a room, and it is given up");
            }
        }

        private LoggingEventBuilder log(Removal removal, RoomApiException failure) {
            return LOG.atWarn()
                    .addKeyValue(LogKeys.ROOM_KEY, removal.viewer().room())
                    .addKeyValue(LogKeys.REASON, failure.getMessage());
        }

        private Fault fault(RoomApiException failure) {
            boolean ofTheRoom = switch (failure.reason()) {
                case REFUSED -> !failure.isAboutUs();
                // The node of this room is silent, as long as LiveKit answers others.
                case TIMEOUT -> api.trouble() == null;
                case UNREACHABLE, BREAKER_OPEN, BUSY -> false;
            };
            return ofTheRoom ? Fault.ROOM : Fault.LIVEKIT;
        }

        private void pauseOrResume() {
            boolean tooMany = removals.size() >= AT_MOST;
            if (tooMany) {
                // Each time: partitions that were assigned meanwhile are not paused.
                reading.pause(reading.assignment());
            } else if (paused) {
                reading.resume(reading.assignment());
            }
            paused = tooMany;
        }

        /** While others join or leave nothing can be committed; who leaves the group for that makes it worse. */
        private void commitUnlessTheGroupIsBusy() {
            try {
                commit(reading.assignment());
            } catch (RebalanceInProgressException e) {
                LOG.atDebug().setCause(e).log("positions are committed when the group has settled");
            }
        }

        private void commit(Collection<TopicPartition> partitions) {
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            for (TopicPartition partition : partitions) {
                OptionalLong open = removals.firstOpen(place(partition));
                long position = open.isPresent() ? open.getAsLong() : reading.position(partition);
                if (!Long.valueOf(position).equals(committed.get(partition))) {
                    positions.put(partition, new OffsetAndMetadata(position));
                }
            }
            if (!positions.isEmpty()) {
                reading.commitSync(positions);
                positions.forEach((partition, position) -> committed.put(partition, position.offset()));
            }
        }

        /** Without a position it begins a day ago: whoever had a reservation before then has no token that is good. */
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(committed::remove);
            Set<TopicPartition> unknown = new HashSet<>(partitions);
            reading.committed(unknown).forEach((partition, position) -> {
                if (position != null) {
                    unknown.remove(partition);
                }
            });
            if (unknown.isEmpty()) {
                return;
            }
            Map<TopicPartition, Long> ends = reading.endOffsets(unknown);
            long from = clock.instant().minus(LOOKS_BACK).toEpochMilli();
            Map<TopicPartition, Long> times = new HashMap<>();
            unknown.forEach(partition -> times.put(partition, from));
            Map<TopicPartition, OffsetAndTimestamp> found = reading.offsetsForTimes(times);
            ends.forEach((partition, end) -> {
                OffsetAndTimestamp since = found.get(partition);
                reading.seek(partition, since == null ? end : since.offset());
            });
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            try {
                commit(partitions);
            } catch (KafkaException e) {
                // Whoever reads on puts some out again who are out already.
                LOG.atDebug().setCause(e).log("a position was not committed at the end");
            }
            onPartitionsLost(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            removals.drop(partitions.stream().map(Term::place).toList());
            partitions.forEach(committed::remove);
        }

        private static Place place(TopicPartition partition) {
            return new Place(partition.topic(), partition.partition());
        }
    }

    private @Nullable Viewer viewer(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(Topics.QUOTA_EVENTS.name())) {
            QuotaEvent event = decode(quotaEvents, record).value();
            return event == null ? null : ended(event);
        }
        RoomEvent event = decode(roomEvents, record).value();
        return event == null ? null : joined(event);
    }

    private static @Nullable Viewer ended(QuotaEvent event) {
        Lease lease = event.getLease();
        return event.getType() != QuotaEventType.LEASE_ENDED || lease == null
                ? null
                : new Viewer(
                        lease.getReservationId(),
                        CameraRoom.nameOf(lease.getCameraId()),
                        ViewerNames.identity(lease.getReservationId()));
    }

    private static @Nullable Viewer joined(RoomEvent event) {
        ParticipantJoined joined = event.getParticipantJoined();
        if (joined == null
                || event.getRoomName().isEmpty()
                || joined.getIdentity().isEmpty()) {
            return null;
        }
        String reservationId = joined.getAttributes().get(ViewerNames.RESERVATION);
        return reservationId == null || ReservationIds.partition(reservationId).isEmpty()
                ? null
                : new Viewer(reservationId, event.getRoomName(), joined.getIdentity());
    }
}
