package io.rollcall.gateway.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reads from where no broker is. */
class FeedArchiveTest {

    private final KafkaSettings kafka = new KafkaSettings(
            "127.0.0.1:1", URI.create("http://127.0.0.1:1"), Duration.ofSeconds(1), Duration.ofSeconds(6), Map.of());

    @Test
    void whileTheLogDoesNotAnswerAllWhoWaitForItAreToldAtOnce() {
        try (var archive = new FeedArchive(kafka, new FixedRegistry(), 100)) {
            List<CompletableFuture<Archive.Part>> asked = Stream.generate(() -> archive.read(0, 10))
                    .limit(20)
                    .map(CompletionStage::toCompletableFuture)
                    .toList();

            assertThat(CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                            .orTimeout(15, TimeUnit.SECONDS)
                            .handle((done, failure) -> asked.stream()
                                    .filter(CompletableFuture::isCompletedExceptionally)
                                    .count())
                            .join())
                    .isEqualTo(20);
        }
    }
}
