package io.rollcall.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.streams.ThreadFailures.Decision;
import io.rollcall.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadFailuresTest {

    private final StreamsException outage = new StreamsException(new TimeoutException("no broker"));
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final ThreadFailures failures = new ThreadFailures(() -> now, 2, WINDOW);

    @Test
    void anOutageOfTheBrokersOrOfTheRegistryPasses() {
        assertThat(failures.decide(outage)).isEqualTo(Decision.REPLACE);
        assertThat(failures.decide(new StreamsException(new RegistryUnavailableException("away"))))
                .isEqualTo(Decision.REPLACE);
    }

    /** As the producer has put them since transactions have version 2. */
    @Test
    void aTransactionThatTheBrokerHasEndedMeanwhilePasses() {
        assertThat(failures.decide(new StreamsException(
                        "Error encountered trying to commit a transaction",
                        new KafkaException("Unhandled error in EndTxnResponse: an unexpected error"))))
                .isEqualTo(Decision.REPLACE);
        assertThat(failures.decide(new StreamsException(new InvalidTxnStateException("COMPLETE_ABORT"))))
                .isEqualTo(Decision.REPLACE);
    }

    @Test
    void aBrokenDiskAndOurOwnFaultsDoNot() {
        assertThat(failures.decide(new ProcessorStateException("no space left")))
                .isEqualTo(Decision.GIVE_UP);
        assertThat(failures.decide(new IllegalStateException("ours"))).isEqualTo(Decision.GIVE_UP);
        assertThat(failures.decide(new OutOfMemoryError("heap"))).isEqualTo(Decision.GIVE_UP);
    }

    @Test
    void tooManyInTheWindowAreTheEnd() {
        failures.decide(outage);
        failures.decide(outage);

        assertThat(failures.decide(outage)).isEqualTo(Decision.GIVE_UP);
        assertThat(failures.total()).isEqualTo(3);
    }

    @Test
    void thoseBeforeTheWindowAreForgiven() {
        failures.decide(outage);
        failures.decide(outage);
        now = now.plus(WINDOW).plusMillis(1);

        assertThat(failures.decide(outage)).isEqualTo(Decision.REPLACE);
    }
}
