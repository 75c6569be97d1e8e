package io.rollcall.kittest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealRedisTest {

    @Test
    void keepsWhatItIsToldUntilItIsStoppedAndComesBackEmptyOnTheSamePort() throws IOException {
        try (RealRedis redis = RealRedis.start()) {
            assertThat(ask(redis, "SET who alice")).isEqualTo("+OK\r\n");
            assertThat(ask(redis, "GET who")).isEqualTo("$5\r\nalice\r\n");

            redis.stop();
            assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(ConnectException.class);

            redis.restart();
            assertThat(ask(redis, "GET who")).isEqualTo("$-1\r\n");
        }
    }

    @Test
    void theArtifactHasAProgramForThisMachine(@TempDir Path folder) {
        assertThat(Path.of(RealRedis.fromArtifact(folder))).isExecutable();
        assertThat(Files.exists(folder)).isTrue();
    }

    private static String ask(RealRedis redis, String command) throws IOException {
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), redis.port())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
