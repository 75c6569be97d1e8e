package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code mvn -B verify -Plivekit}: the services of this build, a real LiveKit, real participants. */
class LivekitIT {

    @Test
    @Timeout(1800)
    void weSayWhatLivekitSays() {
        Optional<String> missing = LivekitCommand.missing();
        missing.ifPresent(why -> System.out.println("SKIPPED, nothing was tested against a real LiveKit: " + why));
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElseThrow());

        assertThat(Chaos.commandLine().execute("livekit")).isZero();
    }
}
