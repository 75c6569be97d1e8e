package io.rollcall.presence;

import io.rollcall.kit.peers.Instances;
import io.rollcall.kit.peers.PeerClient;
import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.peers.StoreReader;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kit.streams.StreamsRuntime;
import io.rollcall.kit.streams.StreamsSettings;
import io.rollcall.presence.rooms.http.RoomQueries;
import io.rollcall.presence.rooms.topology.PresenceReads;
import io.rollcall.presence.rooms.topology.PresenceTopology;
import io.rollcall.schemas.Topics;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class PresenceHistoryConfiguration {

    @Bean
    PresenceTopology presenceTopology(
            StreamTopics topics, PresenceHistoryProperties properties, StreamsSettings streams) {
        return new PresenceTopology(
                topics, properties.sessionRetention(), streams.commitInterval(), properties.reconcile());
    }

    @Bean
    PresenceReads presenceReads(StreamsRuntime streams) {
        return new PresenceReads(new StoreReader(streams));
    }

    @Bean(destroyMethod = "close")
    PeerQueries peerQueries(
            StreamsRuntime streams, StreamsSettings settings, JsonMapper json, PresenceHistoryProperties properties) {
        return new PeerQueries(
                new Instances(
                        streams::running,
                        settings.applicationServer(),
                        PresenceReads.ROOMS_STORE,
                        Topics.LIVEKIT_EVENTS,
                        () -> Topics.ROOM_PARTITIONS),
                new PeerClient(json, properties.peerTimeout()));
    }

    @Bean
    RoomQueries roomQueries(PresenceReads reads, InstantSource clock) {
        return new RoomQueries(reads, clock);
    }
}
