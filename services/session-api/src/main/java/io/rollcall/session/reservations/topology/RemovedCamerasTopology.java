package io.rollcall.session.reservations.topology;

import io.rollcall.kit.streams.CommitPace;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopic;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.session.reservations.wire.CameraNews;
import java.time.Duration;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Named;

/**
 * A camera that is removed, or moved to another agency, ends its reservations, which are decided elsewhere: this
 * repartitions, by the agency that it leaves.
 */
public final class RemovedCamerasTopology implements ServiceTopology {

    private final StreamTopics topics;
    private final Duration commitInterval;

    /**
     * Reads and writes these.
     *
     * @param commitInterval how soon what is fresh is committed
     */
    public RemovedCamerasTopology(StreamTopics topics, Duration commitInterval) {
        this.topics = topics;
        this.commitInterval = commitInterval;
    }

    @Override
    public void addTo(StreamsBuilder builder) {
        StreamTopic<CameraEvent> cameraEvents = topics.of(Topics.CAMERA_EVENTS);
        StreamTopic<QuotaCommand> commands = topics.of(Topics.QUOTA_COMMANDS);

        builder.stream(cameraEvents.name(), cameraEvents.consumed())
                .processValues(CommitPace.step(commitInterval), Named.as("pace-" + cameraEvents.name()))
                .flatMapValues(CameraNews::of, Named.as("end-reservations"))
                .selectKey((camera, command) -> command.getAgency(), Named.as("address-agencies"))
                .to(commands.name(), commands.produced("write-camera-ends"));
    }
}
