package io.rollcall.session.cameras.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.CameraEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class InsistenceTest {

    private final Insistence insistence = new Insistence(Duration.ofMillis(1));
    private final AtomicInteger sent = new AtomicInteger();

    private Supplier<CompletableFuture<CameraEvent>> answeredAfter(int failures) {
        return () -> sent.incrementAndGet() <= failures
                ? CompletableFuture.failedFuture(new UnavailableException("away", Duration.ofSeconds(1)))
                : CompletableFuture.completedFuture(new CameraEvent());
    }

    @Test
    void whatIsRecordedIsSentOnce() {
        insistence.until(answeredAfter(0), _ -> true).join();
        assertThat(sent).hasValue(1);
    }

    @Test
    void whatIsNotRecordedIsSentAgainAndFailsNobodyMeanwhile() {
        insistence.until(answeredAfter(3), _ -> true).join();
        await().untilAsserted(() -> assertThat(sent).hasValue(4));
    }

    @Test
    void anAnswerToSomebodyElseIsNoneToThis() {
        insistence.until(answeredAfter(0), _ -> sent.get() > 2).join();
        await().untilAsserted(() -> assertThat(sent).hasValue(3));
    }

    @Test
    void itEndsAtSomeTime() {
        insistence.until(answeredAfter(1_000), _ -> true).join();
        await().untilAsserted(() -> assertThat(sent).hasValue(10));
    }
}
