package io.rollcall.gateway.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Asks a broker that answers at once that its log has five records. */
class LogProgressTest {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @Test
    void whoAsksIsAnsweredWhenTheEndIsReached() {
        LogProgress progress = readingAt(3, Duration.ofMinutes(1));
        CompletableFuture<Void> asked = progress.caughtUp().toCompletableFuture();
        progress.moved(Map.of(PARTITION, 4L));
        assertThat(asked).isNotDone();

        progress.moved(Map.of(PARTITION, 5L));

        assertThat(asked).isCompleted();
        assertThat(progress.waiting()).isZero();
    }

    @Test
    void nobodyWaitsForEverAndNoQuestionIsKeptWhereNothingIsReadAnyMore() {
        LogProgress progress = readingAt(3, Duration.ofMillis(50));
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> asked = progress.caughtUp().toCompletableFuture();
            await().until(asked::isCompletedExceptionally);
        }

        assertThat(progress.waiting()).isLessThanOrEqualTo(1);
    }

    private static LogProgress readingAt(long position, Duration within) {
        var progress = new LogProgress(within);
        progress.asks((Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, method, arguments) -> new ListOffsetsResult(Map.of(
                        PARTITION, KafkaFuture.completedFuture(new ListOffsetsResultInfo(5, -1, Optional.empty()))))));
        progress.moved(Map.of(PARTITION, position));
        return progress;
    }
}
