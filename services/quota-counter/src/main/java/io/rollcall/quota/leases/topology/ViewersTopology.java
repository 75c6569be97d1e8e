package io.rollcall.quota.leases.topology;

import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.quota.leases.wire.ViewerNews;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.rooms.RoomEvent;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Named;

/**
 * Viewers who come and go become commands to their leases, which lie elsewhere: this repartitions, by the partition in the
 * reservation id.
 */
public final class ViewersTopology implements ServiceTopology {

    private final StreamTopics topics;

    /** Reads and writes these. */
    public ViewersTopology(StreamTopics topics) {
        this.topics = topics;
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<RoomEvent> roomEvents = topics.of(Topics.ROOM_EVENTS);
        StreamTopic<QuotaCommand> commands = topics.of(Topics.QUOTA_COMMANDS);

        builder.stream(roomEvents.name(), roomEvents.consumed())
                .flatMapValues(ViewerNews::of, Named.as("note-viewers"))
                .selectKey((room, command) -> command.getReservationId(), Named.as("address-leases"))
                .to(
                        commands.name(),
                        commands.produced("write-viewer-news")
                                .withStreamPartitioner((topic, id, command, partitions) -> where(id, partitions)));
    }

    private static Optional<Set<Integer>> where(String reservationId, int partitions) {
        OptionalInt partition = ReservationIds.partition(reservationId);
        // One that there is not: some decider says that it knows no such lease.
        return partition.isPresent() && partition.getAsInt() < partitions
                ? Optional.of(Set.of(partition.getAsInt()))
                : Optional.empty();
    }
}
