package io.rollcall.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.DeciderTopology;
import io.rollcall.kit.decider.StorePlace;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.peers.Instances;
import io.rollcall.kit.peers.PeerClient;
import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.peers.StoreReader;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StartCheck;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kit.streams.StreamsRuntime;
import io.rollcall.kit.streams.StreamsSettings;
import io.rollcall.quota.leases.AgencyMeters;
import io.rollcall.quota.leases.InitialLimits;
import io.rollcall.quota.leases.OnePartition;
import io.rollcall.quota.leases.http.AgencyErrors;
import io.rollcall.quota.leases.http.AgencyQueries;
import io.rollcall.quota.leases.topology.LeaseShelving;
import io.rollcall.quota.leases.topology.QuotaReads;
import io.rollcall.quota.leases.topology.ViewersTopology;
import io.rollcall.quota.leases.wire.QuotaRules;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Puts the service together. */
@Configuration(proxyBeanMethods = false)
class QuotaCounterConfiguration {

    @Bean
    QuotaRules quotaRules(QuotaCounterProperties properties) {
        return new QuotaRules(properties.terms());
    }

    @Bean
    ServiceTopology quotaTopology(
            QuotaRules rules,
            StreamTopics topics,
            StreamsSettings streams,
            QuotaCounterProperties properties,
            MeterRegistry meters) {
        Timer decisions = Timer.builder("quota.decision")
                .description("from a command's place in the log to its decision")
                .publishPercentileHistogram()
                .register(meters);
        var shelving = new LeaseShelving(properties.terms(), properties.decisionRetention());
        return new DeciderTopology<>(
                rules, shelving, topics, StorePlace.ON_DISK, streams.commitInterval(), decisions::record);
    }

    @Bean
    ServiceTopology viewersTopology(StreamTopics topics, StreamsSettings streams) {
        return new ViewersTopology(topics, streams.commitInterval());
    }

    @Bean
    StartCheck onePartition(QuotaCounterProperties properties) {
        return new OnePartition(properties.limitTotal());
    }

    @Bean
    CommandClient<QuotaCommand, QuotaEvent> quotaCommands(
            QuotaRules rules,
            SchemaRegistry registry,
            KafkaSettings kafka,
            Service service,
            InstantSource clock,
            QuotaCounterProperties properties) {
        return new CommandClient<>(
                rules,
                registry,
                kafka,
                service.id(),
                clock,
                properties.commands().timeout(),
                properties.commands().waiting());
    }

    @Bean
    View<AgencyUsage> agencyUsage(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.AGENCY_USAGE, registry, kafka, service.id()).gathering();
    }

    @Bean
    AgencyMeters agencyMeters(View<AgencyUsage> agencies, MeterRegistry meters) {
        return new AgencyMeters(agencies, meters);
    }

    @Bean
    InitialLimits initialLimits(
            QuotaCounterProperties properties,
            View<AgencyUsage> agencies,
            CommandClient<QuotaCommand, QuotaEvent> commands,
            InstantSource clock) {
        return new InitialLimits(properties.initialLimits(), agencies, commands, clock);
    }

    @Bean
    StoreReader storeReader(StreamsRuntime streams) {
        return new StoreReader(streams);
    }

    @Bean(destroyMethod = "close")
    PeerQueries peerQueries(
            QuotaRules rules,
            StreamsRuntime streams,
            StreamsSettings settings,
            CommandClient<QuotaCommand, QuotaEvent> commands,
            JsonMapper json,
            QuotaCounterProperties properties) {
        return new PeerQueries(
                new Instances(
                        streams::running,
                        settings.applicationServer(),
                        DeciderTopology.store(rules),
                        Topics.QUOTA_COMMANDS,
                        commands::partitions),
                new PeerClient(json, properties.peerTimeout()));
    }

    @Bean
    AgencyQueries agencyQueries(StoreReader stores, QuotaRules rules) {
        return new AgencyQueries(new QuotaReads(stores, DeciderTopology.store(rules)));
    }

    @Bean
    AgencyErrors agencyErrors() {
        return new AgencyErrors();
    }
}
