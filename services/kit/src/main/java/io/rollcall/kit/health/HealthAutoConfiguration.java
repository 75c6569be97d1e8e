package io.rollcall.kit.health;

import io.rollcall.kit.KitAutoConfiguration;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** {@code /health} and {@code /readyz}. */
@AutoConfiguration(after = KitAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class HealthAutoConfiguration {

    @Bean
    Shutdown shutdown() {
        return new Shutdown();
    }

    @Bean
    HealthController healthController(
            InstantSource clock, ObjectProvider<HealthDetails> details, ObjectProvider<ReadinessCheck> checks) {
        return new HealthController(
                clock, details.orderedStream().toList(), checks.orderedStream().toList());
    }
}
