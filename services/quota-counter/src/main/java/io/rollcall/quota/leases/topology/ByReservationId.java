package io.rollcall.quota.leases.topology;

import io.rollcall.schemas.ReservationIds;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** The partition in a reservation id: where the lease is decided. */
final class ByReservationId {

    private ByReservationId() {}

    static <V> StreamPartitioner<String, V> partitioner() {
        return (topic, id, value, partitions) -> where(id, partitions);
    }

    /** Where none is in it, by its hash: some decider says that it knows no such lease. */
    private static Optional<Set<Integer>> where(String reservationId, int partitions) {
        OptionalInt partition = ReservationIds.partition(reservationId);
        return partition.isPresent() && partition.getAsInt() < partitions
                ? Optional.of(Set.of(partition.getAsInt()))
                : Optional.empty();
    }
}
