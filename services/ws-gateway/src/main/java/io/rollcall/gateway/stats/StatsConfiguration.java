package io.rollcall.gateway.stats;

import io.rollcall.gateway.GatewayProperties;
import io.rollcall.gateway.connections.ScheduledTimers;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.CameraUsage;
import io.rollcall.schemas.rooms.Participant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Puts the statistics together. */
@Configuration(proxyBeanMethods = false)
class StatsConfiguration {

    private static final String CLIENT = "ws-gateway";
    private static final String STATISTICS = "gateway-statistics";

    @Bean
    View<AgencyUsage> agencyUsageView(SchemaRegistry registry, KafkaSettings kafka, DeadLetterWriter deadLetters) {
        return new View<>(Topics.AGENCY_USAGE, registry, kafka, CLIENT).onBadRecord(deadLetters);
    }

    @Bean
    View<CameraUsage> cameraUsageView(SchemaRegistry registry, KafkaSettings kafka, DeadLetterWriter deadLetters) {
        return new View<>(Topics.CAMERA_USAGE, registry, kafka, CLIENT).onBadRecord(deadLetters);
    }

    @Bean
    View<Camera> camerasView(SchemaRegistry registry, KafkaSettings kafka, DeadLetterWriter deadLetters) {
        return new View<>(Topics.CAMERAS, registry, kafka, CLIENT).onBadRecord(deadLetters);
    }

    @Bean
    RecentDecisions recentDecisions(GatewayProperties properties) {
        return new RecentDecisions(properties.stats().decisions());
    }

    /** Finding the statistics out may take long: pings and time-outs of clients do not wait for it. */
    @Bean(defaultCandidate = false)
    @Qualifier(STATISTICS)
    ScheduledTimers statisticsTimers() {
        return new ScheduledTimers(STATISTICS);
    }

    @Bean
    LiveStatistics liveStatistics(
            View<AgencyUsage> agencies,
            View<CameraUsage> usages,
            View<Camera> cameras,
            View<Participant> participants,
            RecentDecisions decisions,
            JsonMapper json,
            @Qualifier(STATISTICS) ScheduledTimers timers,
            InstantSource clock,
            GatewayProperties properties) {
        List<View<?>> views = List.of(agencies, usages, cameras, participants);
        var complete = new AtomicBoolean();
        var _ = CompletableFuture.allOf(views.stream().map(View::caughtUp).toArray(CompletableFuture[]::new))
                .thenRun(() -> complete.set(true));
        // It listens first: whoever tells of a change finds it there.
        StreamStatistics state = StreamStatistics.over(agencies, usages, cameras, participants);
        GatewayProperties.Stats stats = properties.stats();
        var live = new LiveStatistics(
                state,
                decisions,
                views,
                complete::get,
                json,
                timers,
                clock,
                new LiveStatistics.Pace(stats.interval(), stats.updates(), stats.refusals()));
        agencies.onChange(live::agencyChanged);
        cameras.onChange(live::cameraChanged);
        usages.onChange(change -> {
            CameraUsage either = change.after() == null ? change.before() : change.after();
            live.cameraWatched(either == null ? null : either.getCameraId());
        });
        participants.onChange(change -> {
            String left = StreamStatistics.watchedBy(change.before());
            live.cameraWatched(left == null ? StreamStatistics.watchedBy(change.after()) : left);
        });
        return live;
    }

    @Bean
    QuotaReader quotaReader(
            KafkaSettings kafka,
            SchemaRegistry registry,
            LiveStatistics live,
            GatewayProperties properties,
            DeadLetterWriter deadLetters) {
        return new QuotaReader(kafka, registry, live, properties.stats().warmUp(), deadLetters);
    }

    @Bean
    StatsChannels statsChannels(LiveStatistics live) {
        return new StatsChannels(live);
    }

    @Bean
    StatsSockets statsSockets(
            LiveStatistics live, ScheduledTimers timers, InstantSource clock, GatewayProperties properties) {
        return new StatsSockets(
                live,
                timers,
                clock,
                properties.stats().ping(),
                properties.stats().silence());
    }
}
