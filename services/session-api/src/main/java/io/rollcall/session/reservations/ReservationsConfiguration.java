package io.rollcall.session.reservations;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandClients;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.TopicEnds;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kit.streams.StreamsSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.reservations.http.StreamErrors;
import io.rollcall.session.reservations.reads.LiveLeases;
import io.rollcall.session.reservations.rooms.CameraRooms;
import io.rollcall.session.reservations.topology.RemovedCamerasTopology;
import io.rollcall.session.reservations.viewers.ViewerRemover;
import io.rollcall.session.reservations.wire.QuotaProtocol;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts reservations together. */
@Configuration(proxyBeanMethods = false)
class ReservationsConfiguration {

    @Bean
    ServiceTopology removedCamerasTopology(StreamTopics topics, StreamsSettings streams) {
        return new RemovedCamerasTopology(topics, streams.commitInterval());
    }

    @Bean
    CommandClient<QuotaCommand, QuotaEvent> quotaCommands(CommandClients clients) {
        return clients.of(new QuotaProtocol());
    }

    @Bean
    View<Lease> leasesView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.LEASES, registry, kafka, service.id()).gathering();
    }

    @Bean
    TopicEnds topicEnds(KafkaSettings kafka, Service service) {
        return new TopicEnds(kafka, service.id());
    }

    @Bean
    LiveLeases liveLeases(View<Lease> leases, TopicEnds ends) {
        return new LiveLeases(leases, ends);
    }

    @Bean
    CameraRooms cameraRooms(RoomApi api, View<Room> rooms, SessionApiProperties properties) {
        return new CameraRooms(api, rooms, properties.reservations().roomEmptyTimeout());
    }

    @Bean
    ViewerRemover viewerRemover(
            LiveLeases leases,
            RoomApi api,
            SchemaRegistry registry,
            KafkaSettings kafka,
            Service service,
            DeadLetterWriter letters,
            SessionApiProperties properties,
            InstantSource clock,
            MeterRegistry meters) {
        return new ViewerRemover(
                leases,
                api,
                registry,
                kafka,
                service.id(),
                letters,
                properties.reservations().removalPatience(),
                clock,
                meters);
    }

    @Bean
    StreamErrors streamErrors() {
        return new StreamErrors();
    }
}
