package io.rollcall.bench.quota;

import io.rollcall.bench.load.Histogram;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Leases that nobody beats for, most of them of one agency: how much memory they take while they live, and how late a
 * reader of the log hears of their end.
 */
final class LiveLeases {

    private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(4);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"";

    private final Histogram lateness = new Histogram();
    private int granted;
    private int ended;
    private int mostLive;
    private double heap = Double.NaN;
    private int refused;

    /** Reserves within some seconds, and waits until all have ended. */
    void run(TrialStack trial, int agencies, int leases, Duration within) throws IOException, InterruptedException {
        try (var serde = new AvroSerde<>(Topics.QUOTA_EVENTS, trial.registry());
                var events = events(trial, serde)) {
            new Backlog(trial.bootstrapServers(), trial.registry()).reserve(agencies, leases, within);
            Instant giveUpAt = Instant.now().plus(GIVE_UP_AFTER);
            while (ended + refused < leases && Instant.now().isBefore(giveUpAt)) {
                for (ConsumerRecord<String, QuotaEvent> event : events.poll(POLL)) {
                    heard(event.value(), Instant.now());
                }
                if (granted == leases && ended == 0) {
                    double now = heap(trial);
                    heap = Double.isNaN(heap) ? now : Math.min(heap, now);
                }
            }
        }
    }

    private static KafkaConsumer<String, QuotaEvent> events(TrialStack trial, AvroSerde<QuotaEvent> serde) {
        var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        trial.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        5_000),
                new StringDeserializer(),
                serde);
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.QUOTA_EVENTS.name()).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private void heard(QuotaEvent event, Instant now) {
        if (event.getType() == QuotaEventType.LEASE_GRANTED) {
            granted++;
            mostLive = Math.max(mostLive, granted - ended);
        } else if (event.getType() == QuotaEventType.LEASE_REFUSED) {
            refused++;
        } else if (event.getType() == QuotaEventType.LEASE_ENDED) {
            ended++;
            Lease lease = event.getLease();
            if (lease != null) {
                lateness.add(
                        Math.max(0, Duration.between(lease.getAliveUntil(), now).toNanos()));
            }
        }
    }

    /** From a lease's deadline until a reader of the committed log hears of its end. */
    Histogram lateness() {
        return lateness;
    }

    int granted() {
        return granted;
    }

    int ended() {
        return ended;
    }

    /** At once, as the reader counted them. */
    int mostLive() {
        return mostLive;
    }

    /**
     * What quota-counter's heap held while all lived, in bytes: the least that was seen, just after a collection. Not a
     * number when never all of them lived.
     */
    double heap() {
        return heap;
    }

    /** What quota-counter's heap holds, in bytes, what is not collected yet included. */
    static double heap(TrialStack trial) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String metrics = http.send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + trial.ports().quotaCounterManagement() + "/metrics"))
                                    .timeout(PATIENCE)
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith(HEAP))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
    }
}
