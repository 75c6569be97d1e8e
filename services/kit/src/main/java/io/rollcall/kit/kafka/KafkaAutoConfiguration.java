package io.rollcall.kit.kafka;

import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.time.InstantSource;
import java.util.Arrays;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** What every service needs to talk to Kafka. Nothing here connects to anything. */
@AutoConfiguration
@EnableConfigurationProperties(KafkaSettings.class)
public class KafkaAutoConfiguration {

    /** Which service this is, by its name. */
    @Bean
    @ConditionalOnMissingBean
    Service service(@Value("${spring.application.name}") String name) {
        return Arrays.stream(Service.values())
                .filter(service -> service.id().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("spring.application.name is no service of ours: " + name));
    }

    /** Asks nothing until the first schema is needed: a service starts without the registry. */
    @Bean
    @ConditionalOnMissingBean
    SchemaRegistry schemaRegistry(KafkaSettings settings) {
        return new ApicurioRegistry(settings.registryUrl(), settings.registryTimeout());
    }

    @Bean
    @ConditionalOnBean(SchemaRegistry.class)
    @ConditionalOnMissingBean
    DeadLetters deadLetters(Service service, SchemaRegistry registry, InstantSource clock) {
        return new DeadLetters(service, registry, clock);
    }
}
