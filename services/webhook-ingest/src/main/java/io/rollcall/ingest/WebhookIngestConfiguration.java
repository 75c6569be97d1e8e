package io.rollcall.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.ingest.gap.GapDetector;
import io.rollcall.ingest.recording.Recorder;
import io.rollcall.ingest.recording.kafka.KafkaLane;
import io.rollcall.ingest.spool.Spool;
import io.rollcall.ingest.spool.SpoolEvents;
import io.rollcall.ingest.webhooks.domain.TokenVerifier;
import io.rollcall.ingest.webhooks.http.WebhookContext;
import io.rollcall.ingest.webhooks.http.WebhookFigures;
import io.rollcall.ingest.webhooks.http.WebhookServlet;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the parts together. */
@Configuration(proxyBeanMethods = false)
public class WebhookIngestConfiguration {

    private static final Logger log = LoggerFactory.getLogger(WebhookIngestConfiguration.class);

    /** Longer than Kafka's patience and a slow disk's fsync: only a disk that hangs lets it run out. */
    private static final Duration ANSWER_TIME = Duration.ofSeconds(15);

    @Bean
    TokenVerifier tokenVerifier(WebhookIngestProperties properties) {
        return new TokenVerifier(properties.apiKeys());
    }

    @Bean
    WebhookFigures webhookFigures(MeterRegistry meters) {
        return new WebhookFigures(meters);
    }

    @Bean
    SpoolEvents spoolEvents(MeterRegistry meters) {
        Counter damaged = setAside(meters, "damaged");
        Counter torn = setAside(meters, "torn");
        return (file, bytes, atEnd) -> {
            (atEnd ? torn : damaged).increment();
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue(LogKeys.BYTES, bytes)
                    .log(
                            atEnd
                                    ? "a write to the spool that a crash cut short was set aside; it was never acknowledged"
                                    : "a record of the spool was set aside");
        };
    }

    private static Counter setAside(MeterRegistry meters, String reason) {
        return Counter.builder("webhook.spool.set.aside")
                .description("Pieces of the spool that were set aside: writes cut short, damage, records Kafka refuses")
                .tag("reason", reason)
                .register(meters);
    }

    @Bean(destroyMethod = "close")
    Recorder recorder(
            WebhookIngestProperties properties,
            KafkaSettings kafka,
            SchemaRegistry registry,
            SpoolEvents events,
            MeterRegistry meters,
            ConfigurableApplicationContext context)
            throws IOException {
        WebhookIngestProperties.SpoolSettings settings = properties.spool();
        Spool spool = Spool.open(
                settings.folder(),
                settings.maxSize().toBytes(),
                settings.segmentSize().toBytes(),
                events);
        Gauge.builder("webhook.spool.bytes", spool, Spool::bytes)
                .description("What the files of the spool take")
                .register(meters);
        Gauge.builder("webhook.spool.records", spool, Spool::records)
                .description("Webhooks in the spool that Kafka has not acknowledged")
                .register(meters);
        String client = Service.WEBHOOK_INGEST.id();
        return new Recorder(
                spool,
                KafkaLane.opener(kafka.producer(client), registry),
                properties.ackPatience(),
                () -> Thread.ofPlatform()
                        .name("give-up")
                        .start(() -> System.exit(SpringApplication.exit(context, () -> 1))));
    }

    /** Ready while a webhook can be taken, with Kafka or without. */
    @Bean
    ReadinessCheck recordingReadiness(Recorder recorder, WebhookIngestProperties properties) {
        int longest = (int) properties.maxBody().toBytes();
        return new ReadinessCheck() {
            @Override
            public String name() {
                return "recording";
            }

            @Override
            public Readiness check() {
                if (recorder.mode() == Recorder.Mode.DIRECT) {
                    return recorder.connected()
                            ? Readiness.up()
                            : Readiness.degraded("no broker answers, webhooks will go to the spool");
                }
                Spool spool = recorder.spool();
                String state = "spooling, %d records in %d bytes wait: %s"
                        .formatted(spool.records(), spool.bytes(), recorder.reason());
                return spool.hasRoomFor(longest)
                        ? Readiness.degraded(state)
                        : Readiness.down("the spool is full; " + state);
            }
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> webhookContext(
            TokenVerifier verifier,
            Recorder recorder,
            WebhookFigures figures,
            InstantSource clock,
            WebhookIngestProperties properties) {
        // Not the thread-local generator itself: which thread will ask is not known here.
        RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        var ids = new Uuid7(clock, random);
        var servlet = new WebhookServlet(
                verifier,
                recorder,
                figures,
                clock,
                ids::next,
                new WebhookServlet.Limits(
                        (int) properties.maxBody().toBytes(),
                        properties.bodyTimeout(),
                        ANSWER_TIME,
                        properties.maxBuffered().toBytes()));
        return factory -> factory.addContextCustomizers(new WebhookContext(servlet));
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnExpression("'${rollcall.ingest.gap.metrics-url:}' != ''")
    GapDetector gapDetector(WebhookIngestProperties properties, WebhookFigures figures) {
        WebhookIngestProperties.Gap gap = properties.gap();
        return new GapDetector(Optional.ofNullable(gap.metricsUrl()).orElseThrow(), gap.interval(), figures::taken);
    }
}
