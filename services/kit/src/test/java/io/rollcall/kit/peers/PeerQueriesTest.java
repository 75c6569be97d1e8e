package io.rollcall.kit.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.Topics;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.type.TypeReference;

/** What Kafka Streams says of who has what is made up; the instance that has everything is this one. */
class PeerQueriesTest {

    private static final String HERE = "127.0.0.1:1";
    private static final TypeReference<String> TEXT = new TypeReference<>() {};

    private final PeerQueries queries = new PeerQueries(
            new Instances(PeerQueriesTest::streams, HERE, "rooms", Topics.LIVEKIT_EVENTS, () -> 1),
            mock(PeerClient.class));

    private static KafkaStreams streams() {
        var metadata = mock(StreamsMetadata.class);
        when(metadata.hostInfo()).thenReturn(HostInfo.buildFromEndpoint(HERE));
        when(metadata.topicPartitions()).thenReturn(Set.of(new TopicPartition(Topics.LIVEKIT_EVENTS.name(), 0)));
        when(metadata.standbyTopicPartitions()).thenReturn(Set.of());
        var streams = mock(KafkaStreams.class);
        when(streams.streamsMetadataForStore(any())).thenReturn(Set.of(metadata));
        return streams;
    }

    /** Says for so many times that its store is being opened. */
    private static IntFunction<String> openAfter(AtomicInteger closed) {
        return _ -> {
            if (closed.getAndDecrement() > 0) {
                throw new UnavailableException(
                        "A part of the state changes its place just now.", Duration.ofSeconds(1));
            }
            return "found";
        };
    }

    @Test
    @Timeout(20)
    void waitsForAPartThatChangesItsPlace() {
        var closed = new AtomicInteger(3);

        assertThat(queries.ofAll("/rooms?", TEXT, _ -> openAfter(closed).apply(0)))
                .containsExactly("found");
        assertThat(closed).hasValue(-1);
    }

    @Test
    @Timeout(20)
    void saysThatNobodyHasItWhenItStaysAway() {
        var closed = new AtomicInteger(Integer.MAX_VALUE);

        assertThatThrownBy(() -> queries.ofAny(
                        "/sessions/x?", TEXT, _ -> openAfter(closed).apply(0)))
                .isInstanceOf(UnavailableException.class);
        assertThat(closed).hasValueLessThan(Integer.MAX_VALUE - 10);
    }
}
