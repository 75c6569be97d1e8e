package io.rollcall.presence.rooms.topology;

import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.presence.rooms.domain.Change;
import io.rollcall.presence.rooms.domain.Decision;
import io.rollcall.presence.rooms.domain.Decision.Doubt;
import io.rollcall.presence.rooms.domain.Decision.Source;
import io.rollcall.presence.rooms.domain.Decision.Told;
import io.rollcall.presence.rooms.domain.Observation;
import io.rollcall.presence.rooms.domain.Participant;
import io.rollcall.presence.rooms.domain.RoomDecider;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.domain.Webhook;
import io.rollcall.presence.rooms.store.RoomDocument;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.topology.HeldObservations.Held;
import io.rollcall.presence.rooms.wire.Bounds;
import io.rollcall.presence.rooms.wire.Cause;
import io.rollcall.presence.rooms.wire.FactIds;
import io.rollcall.presence.rooms.wire.ObservationMapper;
import io.rollcall.presence.rooms.wire.RoomEventMapper;
import io.rollcall.presence.rooms.wire.RoomMapper;
import io.rollcall.presence.rooms.wire.UnmappableException;
import io.rollcall.presence.rooms.wire.WebhookMapper;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.livekit.LivekitObservation;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows from a webhook or a poll, writes it to the stores, and tells it. Everything that can fail on a
 * bad record comes before the first write.
 */
final class FoldRoom implements Processor<String, SpecificRecord, String, Object> {

    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    private static final int SWEPT_AT_ONCE = 500;

    private final Duration retention;
    private final boolean reconciles;
    private final StreamTopic<RoomEvent> history;
    private final AvroSerde<RoomEvent> feed;
    private final WebhookMapper webhooks = new WebhookMapper();
    private final ObservationMapper polls = new ObservationMapper();
    private ProcessorContext<String, Object> context;
    private PresenceStores stores;
    private RoomRepository rooms;
    private HeldObservations held;
    private @Nullable Bytes sweptUpTo;

    @SuppressWarnings("NullAway.Init")
    private FoldRoom(
            Duration retention, boolean reconciles, StreamTopic<RoomEvent> history, AvroSerde<RoomEvent> feed) {
        this.retention = retention;
        this.reconciles = reconciles;
        this.history = history;
        this.feed = feed;
    }

    /**
     * Gives every task its own.
     *
     * @param reconciles whether polls are heeded and asked for
     * @param history writes an event down; in the feed and in the store are the same bytes behind other headers
     */
    static ProcessorSupplier<String, SpecificRecord, String, Object> supplier(
            Duration retention,
            boolean reconciles,
            StreamTopic<RoomEvent> history,
            AvroSerde<RoomEvent> feed,
            PresenceStores.Place place) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, SpecificRecord, String, Object> get() {
                return new FoldRoom(retention, reconciles, history, feed);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return PresenceStores.roomStores(place);
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.stores = new PresenceStores(context);
        this.rooms = new RoomRepository(stores, retention);
        this.held = new HeldObservations(stores.held);
        context.schedule(SWEEP_EVERY, PunctuationType.WALL_CLOCK_TIME, this::sweep);
    }

    @Override
    public void process(Record<String, SpecificRecord> record) {
        if (record.key() == null) {
            throw new UnmappableException("no key");
        }
        Bounds.name(record.key());
        held.before(record.timestamp()).forEach(this::settle);
        switch (record.value()) {
            case LivekitEvent event -> fold(record, event);
            case LivekitObservation observation -> hold(record, observation);
            default -> throw new UnmappableException("neither a webhook nor a poll");
        }
    }

    private void fold(Record<String, SpecificRecord> record, LivekitEvent event) {
        Instant now = Instant.ofEpochMilli(record.timestamp());
        Webhook webhook = webhooks.webhook(event, now);
        KnownRoom before = rooms.load(record.key(), Bounds.name(event.getRoomName()), Needs.of(webhook), cutoff());
        var ids = FactIds.of(event.getLivekitEventId(), now, topic(), partition(), offset());
        carryOut(record, before, RoomDecider.decide(webhook, before.state()), Source.WEBHOOK, Cause.of(event), ids);
    }

    /** What cannot be mapped is found out now, while it is the record in hand. */
    private void hold(Record<String, SpecificRecord> record, LivekitObservation observation) {
        if (reconciles) {
            Bounds.name(observation.getRoomName());
            polls.observation(observation, Instant.ofEpochMilli(record.timestamp()));
            held.hold(record.timestamp(), offset(), observation);
        }
    }

    private void settle(Held poll) {
        LivekitObservation value = poll.observation();
        String key = value.getRoomName().isEmpty() ? value.getRoomSid() : value.getRoomName();
        Instant now = Instant.ofEpochMilli(poll.timestamp());
        Observation observation = polls.observation(value, now);
        KnownRoom before = rooms.load(key, value.getRoomName(), Needs.of(observation), cutoff());
        var ids = FactIds.of(value.getId(), now, Topics.LIVEKIT_OBSERVATIONS.name(), partition(), poll.offset());
        carryOut(
                new Record<>(key, value, poll.timestamp()),
                before,
                RoomDecider.decide(observation, before.state()),
                Source.RECONCILER,
                Cause.of(value),
                ids);
    }

    private void carryOut(
            Record<String, SpecificRecord> record,
            KnownRoom before,
            Decision decision,
            Source source,
            Cause cause,
            FactIds ids) {
        if (!decision.changes().isEmpty()) {
            List<byte[]> told = told(decision, before, cause, ids);
            try {
                KnownRoom after = rooms.save(
                        before,
                        decision,
                        told.stream().map(PresenceStores::kept).toList(),
                        source,
                        ids.recordedAt(),
                        cutoff());
                tell(record, decision.told(), told);
                tellState(record, before, after, decision, source);
                rooms.hold(after);
            } catch (RuntimeException e) {
                rooms.letGo(record.key());
                throw e;
            }
        }
        if (reconciles) {
            ask(record, before.name(), decision, cause, ids);
        }
    }

    private void ask(
            Record<String, SpecificRecord> record, String roomName, Decision decision, Cause cause, FactIds ids) {
        int n = 0;
        for (Doubt doubt : decision.doubts()) {
            context.forward(
                    record.withValue(RoomEventMapper.request(doubt, n++, roomName, cause, ids)),
                    PresenceTopology.TELL_DOUBTS);
        }
    }

    private String topic() {
        return context.recordMetadata().map(RecordMetadata::topic).orElse("");
    }

    private int partition() {
        return context.recordMetadata().map(RecordMetadata::partition).orElse(-1);
    }

    private long offset() {
        return context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    }

    private List<byte[]> told(Decision decision, KnownRoom room, Cause cause, FactIds ids) {
        List<byte[]> told = new ArrayList<>(decision.told().size());
        for (Told fact : decision.told()) {
            RoomEvent one = RoomEventMapper.roomEvent(fact, told.size(), room.key(), room.name(), cause, ids);
            told.add(history.encoded(one));
        }
        return told;
    }

    private void tell(Record<String, SpecificRecord> record, List<Told> facts, List<byte[]> told) {
        for (int i = 0; i < told.size(); i++) {
            byte[] event = told.get(i);
            context.forward(record.withValue(event), PresenceTopology.TELL_HISTORY);
            if (facts.get(i).sequence() > 0) {
                context.forward(record.withValue(feed.sameAs(event)), PresenceTopology.TELL_FEED);
            }
        }
    }

    private void tellState(
            Record<String, SpecificRecord> record,
            KnownRoom before,
            KnownRoom after,
            Decision decision,
            Source otherwise) {
        Session session = after.state().current();
        if (session == null
                || (decision.changes().stream().allMatch(FoldRoom::unseen) && samePeople(before, after, session))) {
            return;
        }
        for (String identity : touched(before, session, decision)) {
            Participant.Live holder = holder(session, identity);
            if (!Objects.equals(holder, holder(before.state().current(), identity)) || restated(before, session)) {
                context.forward(
                        record.withKey(ParticipantKeys.key(after.key(), identity))
                                .withValue(
                                        holder == null
                                                ? null
                                                : RoomMapper.participant(
                                                        holder,
                                                        session,
                                                        after.key(),
                                                        after.name(),
                                                        RoomEventMapper.source(
                                                                decision.source(holder.sid(), otherwise)))),
                        PresenceTopology.TELL_PARTICIPANTS);
            }
        }
        context.forward(
                record.withValue(RoomMapper.room(
                        after.state(),
                        session,
                        after.key(),
                        after.name(),
                        RoomEventMapper.source(decision.source(otherwise)))),
                PresenceTopology.TELL_ROOMS);
    }

    /** The identities whose record in the participants topic may be another one now. */
    private static Set<String> touched(KnownRoom before, Session session, Decision decision) {
        Set<String> identities = new LinkedHashSet<>();
        Session previous = before.state().current();
        if (restated(before, session)) {
            identities.addAll(identities(previous));
            identities.addAll(identities(session));
        }
        for (Change change : decision.changes()) {
            String sid = change.participantSid();
            if (!sid.isEmpty()) {
                addIdentity(identities, session, sid);
                addIdentity(identities, previous, sid);
            }
        }
        return identities;
    }

    /** Another session is the room now, it belongs to another agency, or those in it do not count or count again. */
    private static boolean restated(KnownRoom before, Session session) {
        Session previous = before.state().current();
        return previous != null
                && (!previous.sid().equals(session.sid())
                        || !Objects.equals(previous.agency(), session.agency())
                        || zombie(previous) != zombie(session));
    }

    private static boolean zombie(Session session) {
        return session instanceof Session.Open open && open.watch().zombie();
    }

    private static Set<String> identities(@Nullable Session session) {
        return session instanceof Session.Open open ? open.slots().keySet() : Set.of();
    }

    private static void addIdentity(Set<String> identities, @Nullable Session session, String participantSid) {
        Participant.Live live =
                session instanceof Session.Open open ? open.live().get(participantSid) : null;
        if (live != null) {
            identities.add(live.identity());
        }
    }

    private static Participant.@Nullable Live holder(@Nullable Session session, String identity) {
        return session instanceof Session.Open open ? open.holder(identity) : null;
    }

    /** Neither reports and anomalies nor what polls have yet to settle are seen in the state topics. */
    private static boolean unseen(Change change) {
        return change instanceof Change.RoomWatched || (change instanceof Change.Fact fact && !fact.sequenced());
    }

    private static boolean samePeople(KnownRoom before, KnownRoom after, Session session) {
        return before.state().people(session.sid()) == after.state().people(session.sid());
    }

    private Instant cutoff() {
        return Instant.ofEpochMilli(Math.max(0, context.currentStreamTimeMs() - retention.toMillis()));
    }

    /** Takes out what has outlived its retention by the records' clock; nothing asks for it any more. */
    private void sweep(long wallClock) {
        Instant cutoff = cutoff();
        sweepSessions(cutoff);
        sweepRooms(cutoff, wallClock);
    }

    private void sweepSessions(Instant cutoff) {
        List<SessionDocument> expired = new ArrayList<>();
        try (var began = stores.sessionTimes.range(StoreKeys.sessionsAt(Instant.EPOCH), StoreKeys.sessionsAt(cutoff))) {
            while (began.hasNext() && expired.size() < SWEPT_AT_ONCE) {
                SessionDocument session = stores.sessions.get(StoreKeys.session(StoreKeys.sidOf(began.next().key)));
                if (session != null
                        && !session.getOpen()
                        && session.getCloseRecordedAt().isBefore(cutoff)) {
                    expired.add(session);
                }
            }
        }
        for (SessionDocument session : expired) {
            rooms.forget(session.getRoomSid(), session.getEpochs().getFirst().getCreatedAt());
        }
    }

    private void sweepRooms(Instant cutoff, long wallClock) {
        List<String> candidates = new ArrayList<>();
        Bytes last = null;
        try (var all = stores.rooms.range(sweptUpTo, null)) {
            for (int i = 0; i < SWEPT_AT_ONCE && all.hasNext(); i++) {
                KeyValue<Bytes, RoomDocument> entry = all.next();
                last = entry.key;
                if (entry.value.getLastEventAt().isBefore(cutoff)) {
                    candidates.add(entry.value.getRoomKey());
                }
            }
            sweptUpTo = all.hasNext() ? last : null;
        }
        for (String key : candidates) {
            if (rooms.sweep(key, cutoff)) {
                // Of its sequence too: an event that came before the sweep has forgotten the history and not said so.
                context.forward(
                        new Record<String, Object>(
                                key,
                                null,
                                Math.min(wallClock, cutoff.plus(retention).toEpochMilli())),
                        PresenceTopology.TELL_ROOMS);
            }
        }
    }
}
