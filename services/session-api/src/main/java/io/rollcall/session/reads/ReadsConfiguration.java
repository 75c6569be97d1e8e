package io.rollcall.session.reads;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.resource.Delay;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The connection to Redis. */
@Configuration(proxyBeanMethods = false)
class ReadsConfiguration {

    private static final Duration FIRST_RECONNECT = Duration.ofMillis(50);
    private static final Duration LAST_RECONNECT = Duration.ofSeconds(1);
    private static final int IN_FLIGHT = 10_000;

    @Bean
    RedisLink redisLink(LettuceConnectionFactory factory, MeterRegistry meters) {
        return new RedisLink(factory, meters);
    }

    @Bean
    DeadLetterWriter deadLetterWriter(DeadLetters letters, KafkaSettings kafka) {
        return new DeadLetterWriter(letters, kafka);
    }

    @Bean
    RebuildEndpoint rebuildEndpoint(List<Rebuild<?>> rebuilds) {
        return new RebuildEndpoint(rebuilds);
    }

    @Bean
    LettuceClientOptionsBuilderCustomizer failsFast() {
        // Without a connection a command fails now: nothing queues up for a Redis that is away, or that hangs.
        return options -> options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(IN_FLIGHT);
    }

    @Bean
    ClientResourcesBuilderCustomizer comesBackSoon() {
        // Lettuce's own back-off goes up to half a minute.
        return resources ->
                resources.reconnectDelay(Delay.exponential(FIRST_RECONNECT, LAST_RECONNECT, 2, TimeUnit.MILLISECONDS));
    }
}
