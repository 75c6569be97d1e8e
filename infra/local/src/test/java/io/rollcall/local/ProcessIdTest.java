package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A number alone is no process. */
class ProcessIdTest {

    private final ProcessHandle self = ProcessHandle.current();

    @Test
    void aProcessIsFoundAgain() {
        assertThat(ProcessId.of(self).alive()).contains(self);
    }

    @Test
    void aProcessThatGotTheNumberOfAnotherIsNotTakenForIt() {
        assertThat(new ProcessId(self.pid(), "at another time").alive()).isEmpty();
    }

    @Test
    void aProcessThatHasEndedIsNotAlive() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("cat").start();
        ProcessId id = ProcessId.of(process.toHandle());
        process.getOutputStream().close();
        process.waitFor();

        assertThat(id.alive()).isEmpty();
    }
}
