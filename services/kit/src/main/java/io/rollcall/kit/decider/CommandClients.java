package io.rollcall.kit.decider;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.avro.specific.SpecificRecord;

/**
 * Makes the command clients of a service that sends commands of several subjects, all with the same patience.
 *
 * @param timeout how long an answer is waited for
 * @param atMost how many answers of one subject may be waited for at once
 */
public record CommandClients(
        SchemaRegistry registry,
        KafkaSettings kafka,
        Service service,
        InstantSource clock,
        Duration timeout,
        int atMost) {

    /** One for the commands of this subject; to be a bean, which Spring starts and ends. */
    public <CR extends SpecificRecord, ER extends SpecificRecord> CommandClient<CR, ER> of(Protocol<CR, ER> protocol) {
        return new CommandClient<>(protocol, registry, kafka, service.id(), clock, timeout, atMost);
    }
}
