package io.rollcall.kit.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.ProcessExit;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaAutoConfiguration;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.KafkaStreamsConfiguration;
import org.springframework.kafka.config.KafkaStreamsInfrastructureCustomizer;
import org.springframework.kafka.config.StreamsBuilderFactoryBean;
import org.springframework.kafka.streams.KafkaStreamsMicrometerListener;

/** Runs the {@link ServiceTopology} beans of a service that has Kafka Streams. */
@AutoConfiguration(after = KafkaAutoConfiguration.class)
@ConditionalOnClass({KafkaStreams.class, StreamsBuilderFactoryBean.class})
@EnableConfigurationProperties(StreamsSettings.class)
public class StreamsAutoConfiguration {

    /** A new owner has long been found by then, where there is a group that finds one. */
    private static final int SESSIONS_OF_SILENCE = 3;

    @Bean
    @ConditionalOnBean(DeadLetters.class)
    @ConditionalOnMissingBean
    StreamTopics streamTopics(SchemaRegistry registry, DeadLetters deadLetters) {
        return new StreamTopics(registry, deadLetters);
    }

    @Bean
    @ConditionalOnBean(ServiceTopology.class)
    ReadableStores readableStores() {
        return new ReadableStores();
    }

    @Bean
    @ConditionalOnBean(ServiceTopology.class)
    StreamsBuilderFactoryBean streamsBuilder(
            Service service,
            KafkaSettings kafka,
            StreamsSettings streams,
            DeadLetters deadLetters,
            ReadableStores readable,
            ObjectProvider<ServiceTopology> topologies,
            ObjectProvider<MeterRegistry> meters,
            @Value("${rollcall.data-dir}") Path dataDir) {
        Map<String, Object> properties = new HashMap<>(streams.properties(service.id(), dataDir, kafka));
        properties.putAll(DeadLetterHandlers.properties(deadLetters));
        properties.put(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, TellsWhenRestored.class);
        properties.put(TellsWhenRestored.STORES, readable);
        var factory = new StreamsBuilderFactoryBean(new KafkaStreamsConfiguration(properties));
        factory.setClientSupplier(new StreamsClients(streams.idleAfter()));
        // The runtime starts it when the world is there for it, and ends it in its own place.
        factory.setAutoStartup(false);
        // Its own phase ends before the web server's, whose last requests wait for decisions.
        factory.setPhase(KafkaPhases.STREAMS);
        // The others take over within half a second instead of a session's timeout.
        factory.setLeaveGroupOnClose(true);
        factory.setCloseTimeout(Math.toIntExact(streams.closeTimeout().toSeconds()));
        factory.setInfrastructureCustomizer(new KafkaStreamsInfrastructureCustomizer() {
            @Override
            public void configureBuilder(StreamsBuilder builder) {
                topologies.orderedStream().forEach(topology -> topology.addTo(builder));
            }
        });
        factory.setKafkaStreamsCustomizer(running -> running.setStandbyUpdateListener(readable));
        meters.ifAvailable(registry -> factory.addListener(new KafkaStreamsMicrometerListener(registry)));
        return factory;
    }

    @Bean
    @ConditionalOnBean(ServiceTopology.class)
    StreamsRuntime streamsRuntime(
            StreamsBuilderFactoryBean factory,
            StreamTopics topics,
            ReadableStores readable,
            KafkaSettings kafka,
            StreamsSettings streams,
            Service service,
            InstantSource clock,
            ObjectProvider<StartCheck> checks,
            ProcessExit exit) {
        return new StreamsRuntime(
                factory,
                topics,
                readable,
                kafka.admin(service.id() + "-start"),
                service.id(),
                Settling.ofThisProcess(streams.settleWithin()),
                new ThreadFailures(clock, streams.threadRestarts(), streams.threadRestartWindow()),
                checks.orderedStream().toList(),
                exit,
                kafka.sessionTimeout().multipliedBy(SESSIONS_OF_SILENCE));
    }
}
