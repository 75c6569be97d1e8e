package io.rollcall.chaos;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.ReserveSlot;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A writer of commands whose clock is wrong by hours, in turn before and behind: it reserves, and never says another
 * word. No lease may live longer or shorter for it.
 */
final class StrangeClock {

    /** For whom it reserves. */
    static final String USER = "strange";

    private static final Duration WRONG_BY = Duration.ofHours(5);
    private static final Duration PACE = Duration.ofMillis(500);

    private final String bootstrapServers;
    private final SchemaRegistry registry;
    private final Random random;

    StrangeClock(String bootstrapServers, SchemaRegistry registry, long seed) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
        this.random = new Random(seed);
    }

    /** Reserves for these agencies until it is over; what Kafka does not take is not sent again. */
    void run(int agencies, AtomicBoolean over) throws InterruptedException {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                4_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3_000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                4_000L);
        try (var serde = new AvroSerde<>(Topics.QUOTA_COMMANDS, registry);
                var producer = new KafkaProducer<>(settings, new StringSerializer(), serde)) {
            int partitions =
                    producer.partitionsFor(Topics.QUOTA_COMMANDS.name()).size();
            for (int i = 0; !over.get(); i++) {
                Instant wrong = i % 2 == 0
                        ? Instant.now().plus(WRONG_BY)
                        : Instant.now().minus(WRONG_BY);
                QuotaCommand command = reserve(QuotaChaosCommand.agency(i % agencies), wrong, partitions);
                try {
                    producer.send(new ProducerRecord<>(
                                    Topics.QUOTA_COMMANDS.name(),
                                    null,
                                    wrong.toEpochMilli(),
                                    command.getAgency(),
                                    command))
                            .get(5, TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException | KafkaException e) {
                    // Kafka is away: it is one of the faults.
                }
                TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
            }
        }
    }

    private QuotaCommand reserve(String agency, Instant at, int partitions) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return QuotaCommand.newBuilder()
                .setType(QuotaCommandType.RESERVE)
                .setAgency(agency)
                .setReservationId(ReservationIds.of(ReservationIds.partitionOf(agency, partitions), bits))
                .setReserveSlot(ReserveSlot.newBuilder()
                        .setCameraId("cam-0")
                        .setUserId(USER)
                        .setOwner("anonymous")
                        .setQuality("low")
                        .build())
                .setHeader(CommandHeader.newBuilder()
                        .setCommandId(UUID.randomUUID().toString())
                        .setIssuedAt(at)
                        .setAuthor("strange")
                        .build())
                .build();
    }
}
