package io.rollcall.session.sessions;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandClients;
import io.rollcall.kit.decider.DeciderTopology;
import io.rollcall.kit.decider.StorePlace;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kit.streams.StreamsSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.sessions.http.SessionErrors;
import io.rollcall.session.sessions.http.SessionRooms;
import io.rollcall.session.sessions.rooms.SessionRoomOwner;
import io.rollcall.session.sessions.topology.SessionRoomsTopology;
import io.rollcall.session.sessions.wire.SessionSubject;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts realtime sessions together. */
@Configuration(proxyBeanMethods = false)
class SessionsConfiguration {

    private final SessionSubject subject = new SessionSubject();

    @Bean
    ServiceTopology sessionTopology(StreamTopics topics, StreamsSettings streams) {
        return new DeciderTopology<>(subject, topics, StorePlace.ON_DISK, streams.commitInterval());
    }

    @Bean
    ServiceTopology sessionRoomsTopology(
            StreamTopics topics, StreamsSettings streams, SessionApiProperties properties) {
        return new SessionRoomsTopology(
                topics, streams.commitInterval(), properties.sessions().emptyGrace());
    }

    @Bean
    CommandClient<SessionCommand, SessionEvent> sessionCommands(CommandClients clients) {
        return clients.of(subject);
    }

    @Bean
    View<Session> sessionsView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.SESSIONS, registry, kafka, service.id()).gathering();
    }

    @Bean
    SessionMeters sessionMeters(View<Session> sessions, MeterRegistry meters) {
        return new SessionMeters(sessions, meters);
    }

    @Bean
    SessionRooms sessionRooms(RoomApi api, SessionApiProperties properties) {
        return new SessionRooms(
                api, properties.sessions().staleTtl(), properties.sessions().emptyGrace());
    }

    @Bean
    SessionRoomOwner sessionRoomOwner(
            View<Session> sessions,
            RoomApi api,
            CommandClient<SessionCommand, SessionEvent> commands,
            SessionApiProperties properties) {
        return new SessionRoomOwner(
                sessions,
                api,
                commands,
                properties.sessions().staleTtl(),
                properties.sessions().emptyGrace());
    }

    @Bean
    SessionErrors sessionErrors() {
        return new SessionErrors();
    }
}
