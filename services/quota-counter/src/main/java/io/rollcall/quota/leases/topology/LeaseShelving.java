package io.rollcall.quota.leases.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.kit.decider.Shelf;
import io.rollcall.kit.decider.Shelving;
import io.rollcall.kit.decider.StoreSection;
import io.rollcall.quota.leases.domain.Agency;
import io.rollcall.quota.leases.domain.Command;
import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.domain.Slots;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.quota.leases.topology.LeaseIndex.CameraUse;
import io.rollcall.quota.leases.wire.QuotaMapper;
import io.rollcall.schemas.SingleObjectSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.quota.QuotaEvent;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Where agencies, leases and decisions are kept. */
public final class LeaseShelving implements Shelving<Command, Slots, QuotaEvent> {

    static final StoreSection<String, AgencyUsage> AGENCIES =
            new StoreSection<>('g', Serdes.String(), new SingleObjectSerde<>(AgencyUsage.class));
    static final StoreSection<String, io.rollcall.schemas.quota.Lease> LEASES =
            new StoreSection<>('l', Serdes.String(), new SingleObjectSerde<>(io.rollcall.schemas.quota.Lease.class));
    static final StoreSection<Bytes, byte[]> LEASES_BY_AGENCY =
            new StoreSection<>('m', Serdes.Bytes(), Serdes.ByteArray());
    static final StoreSection<Bytes, QuotaEvent> DECISIONS =
            new StoreSection<>('d', Serdes.Bytes(), new SingleObjectSerde<>(QuotaEvent.class));

    private static final byte[] NOTHING = new byte[0];

    /** Old decisions go a few at a time, when new ones come. */
    private static final int DECISIONS_BETWEEN_TRIMS = 64;

    private final boolean allTogether;
    private final int capacity;
    private final Duration retention;

    /**
     * @param terms with a limit over all agencies, and in a full partition, what has run out of any agency stands in the
     *     way of each
     * @param retention how long decisions can be asked for
     */
    public LeaseShelving(Terms terms, Duration retention) {
        this.allTogether = terms.totalLimit() != null;
        this.capacity = terms.capacity();
        this.retention = retention;
    }

    @Override
    public List<StateTopic<?>> topics() {
        return List.of(
                new StateTopic<>(Topics.AGENCY_USAGE, null),
                new StateTopic<>(Topics.CAMERA_USAGE, withTheirAgency()),
                // In one partition as well: each that a transaction writes to costs the broker.
                new StateTopic<>(Topics.LEASES, ByReservationId.partitioner()));
    }

    /** The one who decides about an agency is the only one who writes its cameras: in one partition they stay in order. */
    private static StreamPartitioner<String, CameraUsage> withTheirAgency() {
        return (topic, key, value, partitions) -> {
            String agency = URLDecoder.decode(key.substring(0, key.indexOf('/')), UTF_8);
            return Optional.of(Set.of(BuiltInPartitioner.partitionForKey(agency.getBytes(UTF_8), partitions)));
        };
    }

    @Override
    public Shelf<Command, Slots, QuotaEvent> open(KeyValueStore<Bytes, byte[]> store, Teller teller) {
        return new Leases(store, teller);
    }

    private final class Leases implements Shelf<Command, Slots, QuotaEvent> {

        private final StoreSection.Writer<String, AgencyUsage> agencies;
        private final StoreSection.Writer<String, io.rollcall.schemas.quota.Lease> leases;
        private final StoreSection.Writer<Bytes, byte[]> leasesByAgency;
        private final StoreSection.Writer<Bytes, QuotaEvent> decisions;
        private final LeaseIndex index = new LeaseIndex();
        private final Teller teller;

        Leases(KeyValueStore<Bytes, byte[]> store, Teller teller) {
            this.agencies = AGENCIES.of(store);
            this.leases = LEASES.of(store);
            this.leasesByAgency = LEASES_BY_AGENCY.of(store);
            this.decisions = DECISIONS.of(store);
            this.teller = teller;
            try (KeyValueIterator<String, io.rollcall.schemas.quota.Lease> all = leases.all()) {
                all.forEachRemaining(entry -> index.change(null, QuotaMapper.lease(entry.value)));
            }
        }

        @Override
        public List<Supplier<Item<Slots>>> about(String key, Command command, int atMost) {
            return switch (command) {
                case Command.Reserve reserve -> List.of(() -> reserving(reserve));
                case Command.AboutLease about -> List.of(() -> lease(key, about.reservationId()));
                case Command.SetLimit set -> List.of(() -> agency(set.agency()));
                case Command.EndCamera(String agency, String camera) -> {
                    List<String> ids = index.ofCamera(agency, camera, atMost);
                    yield ids.isEmpty() ? List.of(() -> agency(agency)) : each(ids);
                }
            };
        }

        @Override
        public Item<Slots> nothing(String key) {
            return new Item<>(key, new Slots(Agency.unknown(""), null, 0, index.size()));
        }

        @Override
        public List<Supplier<Item<Slots>>> dueBefore(String key, Command command, long now, int atMost) {
            Instant at = Instant.ofEpochMilli(now);
            boolean ofAll = allTogether || index.size() >= capacity;
            List<String> due = ofAll ? index.due(at, atMost) : index.due(agencyOf(command), at, atMost);
            return command instanceof Command.Reserve reserve && isDue(reserve.reservationId(), at)
                    ? each(withFirst(reserve.reservationId(), due))
                    : each(due);
        }

        private String agencyOf(Command command) {
            return switch (command) {
                case Command.Reserve reserve -> reserve.agency();
                case Command.SetLimit set -> set.agency();
                case Command.EndCamera end -> end.agency();
                case Command.AboutLease about -> {
                    io.rollcall.schemas.quota.Lease lease = leases.get(about.reservationId());
                    yield lease == null ? "" : lease.getAgency();
                }
            };
        }

        private boolean isDue(String reservationId, Instant now) {
            io.rollcall.schemas.quota.Lease lease = leases.get(reservationId);
            return lease != null && !QuotaMapper.lease(lease).deadline().isAfter(now);
        }

        /** A lease of the same id, of whatever agency, must be gone before another one is granted. */
        private static List<String> withFirst(String id, List<String> due) {
            List<String> ids = new ArrayList<>(due);
            ids.remove(id);
            ids.addFirst(id);
            return ids;
        }

        @Override
        public List<Supplier<Item<Slots>>> due(long now, int atMost) {
            return each(index.due(Instant.ofEpochMilli(now), atMost));
        }

        private List<Supplier<Item<Slots>>> each(List<String> ids) {
            List<Supplier<Item<Slots>>> items = new ArrayList<>(ids.size());
            ids.forEach(id -> items.add(() -> lease(id, id)));
            return items;
        }

        @Override
        public boolean awaitsDeadlines() {
            return index.size() > 0;
        }

        private Item<Slots> reserving(Command.Reserve reserve) {
            if (leases.get(reserve.reservationId()) != null) {
                return lease(reserve.agency(), reserve.reservationId());
            }
            return new Item<>(
                    reserve.agency(),
                    new Slots(
                            load(reserve.agency()),
                            null,
                            leasesOf(reserve.agency(), reserve.cameraId()),
                            index.size()));
        }

        private Item<Slots> lease(String key, String reservationId) {
            io.rollcall.schemas.quota.Lease known = leases.get(reservationId);
            if (known == null) {
                return nothing(key);
            }
            Lease lease = QuotaMapper.lease(known);
            return new Item<>(
                    lease.agency(),
                    new Slots(load(lease.agency()), lease, leasesOf(lease.agency(), lease.cameraId()), index.size()));
        }

        private Item<Slots> agency(String name) {
            return new Item<>(name, new Slots(load(name), null, 0, index.size()));
        }

        private Agency load(String name) {
            AgencyUsage known = agencies.get(name);
            return known == null ? Agency.unknown(name) : QuotaMapper.agency(known);
        }

        private int leasesOf(String agency, String camera) {
            CameraUse use = index.camera(agency, camera);
            return use == null ? 0 : use.reservations();
        }

        @Override
        public void save(Item<Slots> before, Slots after) {
            if (!after.agency().equals(before.state().agency())) {
                saveAgency(after.agency());
            }
            saveLease(before.state().lease(), after.lease());
        }

        private void saveAgency(Agency agency) {
            AgencyUsage known = agencies.get(agency.name());
            long oldest = known == null ? 1 : known.getOldestSequence();
            if (agency.sequence() % DECISIONS_BETWEEN_TRIMS == 0) {
                oldest = trim(agency, oldest);
            }
            AgencyUsage usage = QuotaMapper.record(agency, oldest);
            agencies.put(agency.name(), usage);
            if (agency.limit() != null) {
                teller.tell(Topics.AGENCY_USAGE, agency.name(), usage);
            }
        }

        /** The oldest that stays. */
        private long trim(Agency agency, long oldest) {
            Instant from = agency.changedAt().minus(retention);
            long last = Math.min(agency.sequence(), oldest + 2L * DECISIONS_BETWEEN_TRIMS);
            for (long sequence = oldest; sequence < last; sequence++) {
                Bytes key = StoreKeys.decision(agency.name(), sequence);
                QuotaEvent decision = decisions.get(key);
                if (decision != null && !decision.getOccurredAt().isBefore(from)) {
                    return sequence;
                }
                decisions.delete(key);
            }
            return last;
        }

        private void saveLease(@Nullable Lease before, @Nullable Lease after) {
            Lease either = after == null ? before : after;
            if (either == null || Objects.equals(before, after)) {
                return;
            }
            CameraUse was = index.camera(either.agency(), either.cameraId());
            index.change(before, after);
            Bytes inAgency = StoreKeys.lease(either.agency(), either.grantedAt(), either.reservationId());
            io.rollcall.schemas.quota.Lease now = after == null ? null : QuotaMapper.record(after);
            if (now == null) {
                leases.delete(either.reservationId());
                leasesByAgency.delete(inAgency);
            } else {
                leases.put(now.getReservationId(), now);
                if (before == null) {
                    leasesByAgency.put(inAgency, NOTHING);
                }
            }
            // Heartbeats, which are no events, are told to nobody.
            if (before == null || after == null || before.version() != after.version()) {
                teller.tell(Topics.LEASES, either.reservationId(), now);
            }
            CameraUse is = index.camera(either.agency(), either.cameraId());
            if (!Objects.equals(was, is)) {
                teller.tell(
                        Topics.CAMERA_USAGE,
                        StoreKeys.camera(either.agency(), either.cameraId()),
                        is == null
                                ? null
                                : new CameraUsage(
                                        either.cameraId(),
                                        either.agency(),
                                        is.reservations(),
                                        is.viewers(),
                                        is.activeSince()));
            }
        }

        @Override
        public void told(QuotaEvent event) {
            if (event.getSequence() > 0) {
                decisions.put(StoreKeys.decision(event.getAgency(), event.getSequence()), event);
            }
        }
    }
}
