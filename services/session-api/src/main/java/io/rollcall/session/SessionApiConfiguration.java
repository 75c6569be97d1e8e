package io.rollcall.session;

import io.rollcall.kit.decider.CommandIds;
import java.security.SecureRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What all subjects of the service share. */
@Configuration(proxyBeanMethods = false)
class SessionApiConfiguration {

    @Bean
    CommandIds commandIds(SessionApiProperties properties) {
        return new CommandIds(properties.commands().idSecret(), new SecureRandom());
    }
}
