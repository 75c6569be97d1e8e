package io.rollcall.quota.leases.topology;

import io.rollcall.kit.streams.CommitPace;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.quota.leases.wire.ViewerNews;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.rooms.RoomEvent;
import java.time.Duration;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Named;

/**
 * Viewers who come and go become commands to their leases, which lie elsewhere: this repartitions, by the partition in the
 * reservation id.
 */
public final class ViewersTopology implements ServiceTopology {

    private final StreamTopics topics;
    private final Duration commitInterval;

    /**
     * Reads and writes these.
     *
     * @param commitInterval how soon what is fresh is committed
     */
    public ViewersTopology(StreamTopics topics, Duration commitInterval) {
        this.topics = topics;
        this.commitInterval = commitInterval;
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<RoomEvent> roomEvents = topics.of(Topics.ROOM_EVENTS);
        StreamTopic<QuotaCommand> commands = topics.of(Topics.QUOTA_COMMANDS);

        builder.stream(roomEvents.name(), roomEvents.consumed())
                .processValues(CommitPace.step(commitInterval), Named.as("pace-" + roomEvents.name()))
                .flatMapValues(ViewerNews::of, Named.as("note-viewers"))
                .selectKey((room, command) -> command.getReservationId(), Named.as("address-leases"))
                .to(
                        commands.name(),
                        commands.produced("write-viewer-news").withStreamPartitioner(ByReservationId.partitioner()));
    }
}
