package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --livekit} means what its value looks like. */
class LivekitTest {

    @TempDir
    private Path folder;

    @Test
    void anAddressIsSomebodyElsesServer() {
        assertThat(Livekit.choose("wss://livekit.example:7880"))
                .isEqualTo(new Livekit.Elsewhere(URI.create("wss://livekit.example:7880")));
    }

    @Test
    void aProgramIsStarted() throws Exception {
        Path program = Files.createFile(
                folder.resolve("livekit-server"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

        assertThat(Livekit.choose(program.toString())).isEqualTo(new Livekit.Started(program));
    }

    @Test
    void theSimulatorIsAskedForByName() {
        assertThat(Livekit.choose("sim")).isEqualTo(new Livekit.Simulated("--livekit sim"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no/such/program", "ftp://livekit.example", "http://", "http://a b", "."})
    void anythingElseIsRefusedByItsName(String option) {
        assertThatThrownBy(() -> Livekit.choose(option))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("--livekit " + option);
    }
}
