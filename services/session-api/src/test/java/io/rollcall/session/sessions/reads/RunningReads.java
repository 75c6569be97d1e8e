package io.rollcall.session.sessions.reads;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.KitAutoConfiguration;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.KafkaAutoConfiguration;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.SchemaRegistry;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/** An instance's reads as the service puts them together, without its edges. */
final class RunningReads implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private RunningReads(ConfigurableApplicationContext context) {
        this.context = context;
        context.getBeansOfType(MeterBinder.class).values().forEach(it -> it.bindTo(meters()));
    }

    static RunningReads start(String redis, String kafka) {
        return new RunningReads(new SpringApplicationBuilder(Parts.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(
                        "--logging.level.io.rollcall=INFO",
                        "--logging.level.root=WARN",
                        "--spring.data.redis.url=" + redis,
                        "--rollcall.kafka.bootstrap-servers=" + kafka));
    }

    SessionReads sessions() {
        return context.getBean(SessionReads.class);
    }

    MeterRegistry meters() {
        return context.getBean(MeterRegistry.class);
    }

    <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    Readiness readiness(String name) {
        return context.getBeansOfType(ReadinessCheck.class).values().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow()
                .check();
    }

    boolean isUp() {
        return List.of("redis", "sessions-reads").stream()
                .allMatch(name -> readiness(name).status() == Readiness.Status.UP);
    }

    Map<String, Readiness> trouble() {
        return Map.of("redis", readiness("redis"), "sessions-reads", readiness("sessions-reads"));
    }

    @Override
    public void close() {
        context.close();
    }

    @TestConfiguration(proxyBeanMethods = false)
    @ComponentScan(basePackages = {"io.rollcall.session.reads", "io.rollcall.session.sessions.reads"})
    @ImportAutoConfiguration({DataRedisAutoConfiguration.class, KitAutoConfiguration.class, KafkaAutoConfiguration.class
    })
    static class Parts {

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        SchemaRegistry schemaRegistry() {
            return new FixedRegistry();
        }
    }
}
