package io.rollcall.session.cameras;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandClients;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.DeciderTopology;
import io.rollcall.kit.decider.StorePlace;
import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.streams.ServiceTopology;
import io.rollcall.kit.streams.StreamTopics;
import io.rollcall.kit.streams.StreamsSettings;
import io.rollcall.kit.web.BodyLimit;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.cameras.http.CameraErrors;
import io.rollcall.session.cameras.http.CameraHeaders;
import io.rollcall.session.cameras.ptz.AllowedHosts;
import io.rollcall.session.cameras.ptz.NoDriver;
import io.rollcall.session.cameras.ptz.OnvifDriver;
import io.rollcall.session.cameras.ptz.PtzDispatcher;
import io.rollcall.session.cameras.ptz.PtzDriver;
import io.rollcall.session.cameras.ptz.PtzLog;
import io.rollcall.session.cameras.ptz.VmsDriver;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import io.rollcall.session.cameras.wire.CameraSubject;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import okhttp3.HttpUrl;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts cameras together. */
@Configuration(proxyBeanMethods = false)
class CamerasConfiguration {

    private final CameraSubject subject = new CameraSubject();

    @Bean
    ServiceTopology cameraTopology(StreamTopics topics, StreamsSettings streams) {
        return new DeciderTopology<>(subject, topics, StorePlace.ON_DISK, streams.commitInterval());
    }

    @Bean
    CommandClient<CameraCommand, CameraEvent> cameraCommands(CommandClients clients) {
        return clients.of(subject);
    }

    @Bean
    View<Camera> camerasView(SchemaRegistry registry, KafkaSettings kafka, Service service) {
        return new View<>(Topics.CAMERAS, registry, kafka, service.id());
    }

    @Bean
    CameraCatalogue cameraCatalogue(View<Camera> cameras) {
        return new CameraCatalogue(cameras);
    }

    @Bean
    CameraSecrets cameraSecrets(SessionApiProperties properties, @Value("${rollcall.local:false}") boolean local) {
        String key = properties.cameras().secretsKey();
        if (!local && key.equals(SessionApiProperties.DEVELOPMENT_CAMERA_SECRETS_KEY)) {
            throw new IllegalStateException(
                    "CAMERA_SECRETS_KEY is the one that everybody knows: only a local stack (ROLLCALL_LOCAL=true) takes it");
        }
        return new CameraSecrets(key, new SecureRandom());
    }

    @Bean
    CameraHeaders cameraHeaders(CommandIds ids, InstantSource clock) {
        return new CameraHeaders(ids, clock);
    }

    @Bean
    CameraErrors cameraErrors() {
        return new CameraErrors();
    }

    /** The one body that is longer than others may be. */
    @Bean
    BodyLimit cameraImportLimit() {
        return CameraHeaders.IMPORT_LIMIT;
    }

    @Bean
    PtzDriver ptzDriver(SessionApiProperties properties, CameraSecrets secrets, InstantSource clock) {
        SessionApiProperties.Ptz ptz = properties.cameras().ptz();
        return switch (ptz.driver()) {
            case NONE -> new NoDriver();
            case ONVIF ->
                new OnvifDriver(
                        new AllowedHosts(ptz.allowedHosts()), secrets, ptz.moveTimeout(), clock, new SecureRandom());
            case VMS -> new VmsDriver(HttpUrl.get(ptz.vmsUrl()));
        };
    }

    @Bean
    PtzLog ptzLog(SchemaRegistry registry, KafkaSettings kafka, Service service, InstantSource clock) {
        RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        return new PtzLog(registry, kafka, service.id(), new Uuid7(clock, random), clock);
    }

    @Bean
    PtzDispatcher ptzDispatcher(PtzDriver driver, PtzLog log, SessionApiProperties properties, MeterRegistry meters) {
        return new PtzDispatcher(driver, log, properties.cameras().ptz().timeout(), meters);
    }
}
