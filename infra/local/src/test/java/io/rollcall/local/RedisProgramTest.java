package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack's Redis, as it is started: the one of this machine, and the one that the artifact brings. */
class RedisProgramTest {

    @TempDir
    private Path folder;

    private final Ports ports = Ports.free();

    @Test
    void theRedisOfTheMachineComesUpAsTheStackStartsIt() throws IOException {
        assertComesUp(redis().command());
    }

    @Test
    void soDoesTheOneOfTheArtifact() throws IOException {
        List<String> command = new ArrayList<>(redis().command());
        DataFolder data = settings(Set.of(Service.SESSION_API)).data();
        assertThat(Collections.replaceAll(
                        command,
                        RedisProgram.find(data).toString(),
                        RedisProgram.unpacked(new DataFolder(folder)).toString()))
                .isTrue();

        assertComesUp(command);
    }

    @Test
    void aStackWhoseServicesReadNothingFromItHasNone() throws IOException {
        assertThat(Parts.redis(settings(Set.of(Service.WEBHOOK_INGEST)))).isEmpty();
    }

    private void assertComesUp(List<String> command) throws IOException {
        Part redis = redis();
        assertThat(Probe.ask(redis.readiness())).isInstanceOf(Probe.Answer.NotReady.class);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Probe.ask(redis.readiness()) instanceof Probe.Answer.Ready);
        } finally {
            process.destroy();
            process.onExit().join();
        }
    }

    private Part redis() throws IOException {
        return Parts.redis(settings(Set.of(Service.SESSION_API))).orElseThrow();
    }

    private Stack.Settings settings(Set<Service> services) {
        return new Stack.Settings(
                folder, new DataFolder(folder), ports, new Livekit.None("not wanted"), false, services);
    }
}
