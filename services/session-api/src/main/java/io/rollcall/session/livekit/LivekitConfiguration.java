package io.rollcall.session.livekit;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.session.SessionApiProperties;
import java.time.InstantSource;
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
    AccessTokens accessTokens(SessionApiProperties properties, MeterRegistry meters) {
        return new AccessTokens(properties.livekit(), meters);
    }
}
