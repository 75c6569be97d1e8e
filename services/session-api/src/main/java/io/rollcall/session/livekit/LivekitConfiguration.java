package io.rollcall.session.livekit;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.session.SessionApiProperties;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** LiveKit's edge as beans. */
@Configuration(proxyBeanMethods = false)
public class LivekitConfiguration {

    @Bean(destroyMethod = "close")
    RoomApi roomApi(SessionApiProperties properties, InstantSource clock, MeterRegistry meters) {
        return new RoomApi(properties.livekit(), clock, meters);
    }

    @Bean(destroyMethod = "close")
    LivekitReadiness livekitReadiness(RoomApi rooms, SessionApiProperties properties) {
        return new LivekitReadiness(rooms, properties.livekit().pollInterval());
    }

    @Bean
    OpenRooms openRooms() {
        return new OpenRooms();
    }

    @Bean
    View<Room> roomsView(OpenRooms openRooms, SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.ROOMS, registry, kafka, service.id()).onChange(openRooms);
    }

    @Bean
    RoomPoller roomPoller(
            RoomApi api,
            View<Room> rooms,
            OpenRooms openRooms,
            ObjectProvider<RoomOwner> owners,
            SessionApiProperties properties,
            KafkaSettings kafka,
            SchemaRegistry registry,
            Service service,
            DeadLetters letters,
            InstantSource clock,
            MeterRegistry meters) {
        // Not the thread-local generator itself: which thread will ask is not known here.
        RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        return new RoomPoller(
                new PollRound(
                        api,
                        openRooms::now,
                        owners.stream().toList(),
                        clock,
                        properties.livekit().pollEnabled()),
                properties.livekit().pollInterval(),
                kafka,
                registry,
                service.id(),
                letters,
                new Uuid7(clock, random),
                rooms.caughtUp(),
                meters);
    }

    @Bean
    AccessTokens accessTokens(SessionApiProperties properties, MeterRegistry meters) {
        return new AccessTokens(properties.livekit(), meters);
    }
}
