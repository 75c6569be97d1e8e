package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgramsTest {

    @Test
    void aCommandBeforeOthersIsTheSameCommand() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Programs.ownSession(
                        Programs.beforeOthers(List.of("printf", "%s|", "a b", "$HOME", "\"'\\", "*"))))
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEqualTo("a b|$HOME|\"'\\|*|");
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void itIsTheProcessThatWasStarted() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Programs.ownSession(Programs.beforeOthers(List.of("sh", "-c", "echo $$; read x"))))
                .start();
        try {
            String line = process.inputReader(UTF_8).readLine();

            assertThat(line).isEqualTo(Long.toString(process.pid()));
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
