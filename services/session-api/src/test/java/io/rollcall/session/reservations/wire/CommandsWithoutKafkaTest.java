package io.rollcall.session.reservations.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.NotSentException;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whoever asks while Kafka is away hears so at once, and what is asked afterwards does not wait behind it. */
class CommandsWithoutKafkaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Longer than this test waits for anything: an answer that comes is not that of a time-out. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final QuotaProtocol protocol = new QuotaProtocol();

    @Test
    void areRefusedAtOnceAndTakenAgainWhenItIsBack() {
        try (KafkaCluster.Own kafka = KafkaCluster.own()) {
            kafka.createTopics(List.of(Topics.QUOTA_COMMANDS, Topics.QUOTA_EVENTS, Topics.QUOTA_REPLIES));
            var settings = new KafkaSettings(
                    kafka.bootstrapServers(),
                    URI.create("http://127.0.0.1:1"),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(6),
                    Map.of());
            var commands = new CommandClient<>(
                    protocol, new FixedRegistry(), settings, "test", InstantSource.system(), TIMEOUT, 1_000);
            commands.start();
            try {
                await().atMost(PATIENCE).until(() -> !ask(commands).isDone());

                kafka.stop();

                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThatThrownBy(
                                        () -> ask(commands).get(0, TimeUnit.SECONDS))
                                .cause()
                                .isInstanceOf(NotSentException.class)
                                .hasMessageContaining("no broker answers"));

                kafka.start();
                await().atMost(PATIENCE).until(() -> !ask(commands).isDone());
            } finally {
                commands.stop();
            }
        }
    }

    /** Nobody decides here: what has been sent is not answered. */
    private CompletableFuture<QuotaEvent> ask(CommandClient<QuotaCommand, QuotaEvent> commands) {
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId("c1")
                .setIssuedAt(InstantSource.system().instant())
                .build();
        return commands.send("METRO", header, protocol.nothing(header));
    }
}
