package io.rollcall.session.statistics;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the statistics together. */
@Configuration(proxyBeanMethods = false)
class StatisticsConfiguration {

    @Bean
    View<AgencyUsage> agencyUsageView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.AGENCY_USAGE, registry, kafka, service.id()).gathering();
    }

    @Bean
    View<CameraUsage> cameraUsageView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.CAMERA_USAGE, registry, kafka, service.id()).gathering();
    }

    @Bean
    View<Participant> participantsView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.PARTICIPANTS, registry, kafka, service.id()).gathering();
    }

    @Bean
    StatisticsController statisticsController(
            View<AgencyUsage> agencies,
            View<CameraUsage> usages,
            View<Camera> cameras,
            View<Participant> participants,
            InstantSource clock) {
        var statistics = StreamStatistics.over(agencies, usages, cameras, participants);
        return new StatisticsController(statistics, List.of(agencies, usages, cameras, participants), clock);
    }
}
