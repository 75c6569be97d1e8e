package io.rollcall.session;

import io.rollcall.kit.auth.AuthRules;
import io.rollcall.kit.decider.CommandClients;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What all subjects of the service share. */
@Configuration(proxyBeanMethods = false)
class SessionApiConfiguration {

    @Bean
    CommandIds commandIds(SessionApiProperties properties, @Value("${rollcall.local:false}") boolean local) {
        if (!local && properties.commands().idSecret().equals(SessionApiProperties.DEVELOPMENT_ID_SECRET)) {
            throw new IllegalStateException(
                    "COMMAND_ID_SECRET is the one that everybody knows: only a local stack (ROLLCALL_LOCAL=true) takes it");
        }
        return new CommandIds(properties.commands().idSecret(), new SecureRandom());
    }

    @Bean
    CommandClients commandClients(
            SchemaRegistry registry,
            KafkaSettings kafka,
            Service service,
            InstantSource clock,
            SessionApiProperties properties) {
        return new CommandClients(
                registry,
                kafka,
                service,
                clock,
                properties.commands().timeout(),
                properties.commands().waiting());
    }

    /** On the management port: reads the whole log, and what it replaces is what users read. */
    @Bean
    AuthRules authRules() {
        return AuthRules.NONE.withAdmins("/rebuild-reads/**");
    }
}
