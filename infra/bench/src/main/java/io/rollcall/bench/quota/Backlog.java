package io.rollcall.bench.quota;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.schemas.quota.SetLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Commands that wait for quota-counter: a limit for each agency, then reservations of all agencies in turn, each released
 * again when 50,000 more have come.
 */
final class Backlog {

    private static final int LIMIT = 1_000_000;
    private static final int CAMERAS_OF_AN_AGENCY = 50;
    private static final int LIVE = 50_000;

    private final String bootstrapServers;
    private final SchemaRegistry registry;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long number;

    Backlog(String bootstrapServers, SchemaRegistry registry) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
    }

    /**
     * Returns when Kafka has them.
     *
     * @return how many there are
     */
    long fill(int agencies, int reservations) throws IOException {
        try (var serde = new AvroSerde<>(Topics.QUOTA_COMMANDS, registry);
                var producer = new KafkaProducer<>(settings(), new StringSerializer(), serde)) {
            int partitions =
                    producer.partitionsFor(Topics.QUOTA_COMMANDS.name()).size();
            setLimits(producer, agencies);
            for (int i = 0; i < reservations + LIVE; i++) {
                release(producer, i - LIVE, agencies, partitions);
                if (i >= reservations) {
                    continue;
                }
                String agency = "agency-" + i % agencies;
                reserve(producer, agency, i / agencies % CAMERAS_OF_AN_AGENCY, i, partitions);
            }
            producer.flush();
        }
        check();
        return number;
    }

    /**
     * Reservations that nobody releases, spread over a time: nine of ten of one agency, the others of all in turn. Returns
     * when Kafka has them.
     */
    void reserve(int agencies, int reservations, Duration within) throws IOException, InterruptedException {
        try (var serde = new AvroSerde<>(Topics.QUOTA_COMMANDS, registry);
                var producer = new KafkaProducer<>(settings(), new StringSerializer(), serde)) {
            int partitions =
                    producer.partitionsFor(Topics.QUOTA_COMMANDS.name()).size();
            setLimits(producer, agencies);
            long start = System.nanoTime();
            for (int i = 0; i < reservations; i++) {
                long early = start + within.toNanos() / reservations * i - System.nanoTime();
                if (early > 0) {
                    TimeUnit.NANOSECONDS.sleep(early);
                }
                String agency = "agency-" + (i % 10 == 0 ? i / 10 % agencies : 0);
                reserve(producer, agency, i % CAMERAS_OF_AN_AGENCY, i, partitions);
            }
            producer.flush();
        }
        check();
    }

    private Map<String, Object> settings() {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.LINGER_MS_CONFIG,
                20,
                ProducerConfig.BATCH_SIZE_CONFIG,
                256 * 1024);
    }

    private void check() throws IOException {
        if (failure.get() != null) {
            throw new IOException("cannot fill " + Topics.QUOTA_COMMANDS.name(), failure.get());
        }
    }

    private void setLimits(KafkaProducer<String, QuotaCommand> producer, int agencies) {
        for (int i = 0; i < agencies; i++) {
            send(
                    producer,
                    command("agency-" + i, QuotaCommandType.SET_LIMIT)
                            .setSetLimit(SetLimit.newBuilder().setLimit(LIMIT).build()));
        }
    }

    private void reserve(
            KafkaProducer<String, QuotaCommand> producer, String agency, int camera, int number, int partitions) {
        int partition = ReservationIds.partitionOf(agency, partitions);
        send(
                producer,
                command(agency, QuotaCommandType.RESERVE)
                        .setReservationId(ReservationIds.of(partition, bits(number)))
                        .setReserveSlot(ReserveSlot.newBuilder()
                                .setCameraId(agency + "-" + camera)
                                .setUserId("user-" + number)
                                .setOwner("anonymous")
                                .setQuality("medium")
                                .build()));
    }

    private void release(KafkaProducer<String, QuotaCommand> producer, int reservation, int agencies, int partitions) {
        if (reservation < 0) {
            return;
        }
        int partition = ReservationIds.partitionOf("agency-" + reservation % agencies, partitions);
        String id = ReservationIds.of(partition, bits(reservation));
        QuotaCommand command = command("", QuotaCommandType.RELEASE)
                .setReservationId(id)
                .setReleaseLease(new ReleaseLease(EndReason.RELEASED, ""))
                .build();
        send(producer, new ProducerRecord<>(Topics.QUOTA_COMMANDS.name(), partition, id, command));
    }

    private void send(KafkaProducer<String, QuotaCommand> producer, QuotaCommand.Builder command) {
        send(producer, new ProducerRecord<>(Topics.QUOTA_COMMANDS.name(), command.getAgency(), command.build()));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void send(KafkaProducer<String, QuotaCommand> producer, ProducerRecord<String, QuotaCommand> record) {
        producer.send(record, (_, problem) -> {
            if (problem != null) {
                failure.set(problem);
            }
        });
    }

    private QuotaCommand.Builder command(String agency, QuotaCommandType type) {
        return QuotaCommand.newBuilder()
                .setType(type)
                .setAgency(agency)
                .setHeader(CommandHeader.newBuilder()
                        .setCommandId(new UUID(0x7000, Long.MIN_VALUE | number++).toString())
                        .setIssuedAt(Instant.now())
                        .setAuthor("bench")
                        .build());
    }

    private static byte[] bits(long number) {
        return ByteBuffer.allocate(16).putLong(number).putLong(number).array();
    }
}
