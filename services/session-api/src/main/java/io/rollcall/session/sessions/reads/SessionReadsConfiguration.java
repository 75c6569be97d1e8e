package io.rollcall.session.sessions.reads;

import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.session.reads.Projector;
import io.rollcall.session.reads.ReadModel;
import io.rollcall.session.reads.Rebuild;
import io.rollcall.session.reads.RedisLink;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the reads of sessions together. */
@Configuration(proxyBeanMethods = false)
class SessionReadsConfiguration {

    @Bean
    ReadModel<Session> sessionModel(RedisLink link, MeterRegistry meters) {
        return new ReadModel<>(SessionReads.SUBJECT, link, meters);
    }

    @Bean
    Projector<Session> sessionProjector(
            ReadModel<Session> sessionModel,
            Service service,
            SchemaRegistry registry,
            KafkaSettings kafka,
            DeadLetterWriter deadLetters) {
        return new Projector<>(sessionModel, registry, kafka, deadLetters, service.id());
    }

    @Bean
    Rebuild<Session> sessionRebuild(
            ReadModel<Session> sessionModel, Service service, SchemaRegistry registry, KafkaSettings kafka) {
        return new Rebuild<>(sessionModel, registry, kafka, service.id());
    }

    @Bean
    SessionReads sessionReads(ReadModel<Session> sessionModel) {
        return new SessionReads(sessionModel);
    }
}
