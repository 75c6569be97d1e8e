package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProgramsTest {

    @Test
    void aCommandBeforeOthersIsTheSameCommand() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Programs.deafToTerminal(
                        Programs.beforeOthers(List.of("printf", "%s|", "a b", "$HOME", "\"'\\", "*"))))
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEqualTo("a b|$HOME|\"'\\|*|");
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void itIsTheProcessThatWasStarted() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Programs.deafToTerminal(Programs.beforeOthers(List.of("sh", "-c", "echo $$; read x"))))
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

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSessionOfItsOwnIsLedByTheProcessThatWasStarted() throws IOException, InterruptedException {
        assumeThat(Programs.find("setsid")).isPresent();
        // See proc_pid_stat(5): the number of the process, and that of its session.
        Process process = new ProcessBuilder(
                        Programs.ownSession(List.of("sh", "-c", "cut -d ' ' -f 1,6 /proc/$$/stat; read x")))
                .start();
        try {
            assertThat(process.inputReader(UTF_8).readLine()).isEqualTo(process.pid() + " " + process.pid());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theTerminalsCtrlCIsNotForJavaThatIsDeafToIt() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Programs.deafToTerminal(List.of(
                        Java.program().toString(), "-cp", System.getProperty("java.class.path"), Echo.class.getName())))
                .start();
        BufferedReader in = process.inputReader(UTF_8);
        BufferedWriter out = process.outputWriter(UTF_8);
        try {
            assertThat(in.readLine()).isEqualTo("here");
            for (String signal : List.of("INT", "TSTP", "HUP")) {
                new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                        .start()
                        .waitFor(10, TimeUnit.SECONDS);
            }
            out.write("still?\n");
            out.flush();

            // One that was stopped says nothing for ever.
            assertThat(CompletableFuture.supplyAsync(() -> lineOf(in)))
                    .succeedsWithin(Duration.ofSeconds(10), as(STRING))
                    .isEqualTo("still?");
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String lineOf(BufferedReader in) {
        try {
            return String.valueOf(in.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says a line, then each that it hears. */
    static final class Echo {

        private Echo() {}

        public static void main(String[] arguments) {
            System.out.println("here");
            new BufferedReader(new InputStreamReader(System.in, UTF_8)).lines().forEach(System.out::println);
        }
    }
}
