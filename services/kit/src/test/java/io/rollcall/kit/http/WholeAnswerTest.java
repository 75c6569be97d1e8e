package io.rollcall.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WholeAnswerTest {

    private static HttpResponse<String> ask(HttpClient http, URI uri, Duration timeout) throws Exception {
        return WholeAnswer.to(http, HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(), timeout);
    }

    @Test
    void aBodyThatNeverEndsIsNotWaitedFor() {
        try (var server = new StallingServer();
                var http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> ask(http, server.uri(), Duration.ofMillis(300)))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("does not answer in time");
            // What is not withdrawn would hold up the end of the client.
        }
    }

    @Test
    void whatComesInTimeIsGiven() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(418, 3);
            exchange.getResponseBody().write("tea".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");

            HttpResponse<String> answer = ask(http, uri, Duration.ofSeconds(10));

            assertThat(answer.statusCode()).isEqualTo(418);
            assertThat(answer.body()).isEqualTo("tea");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whoIsNotThereIsAnIoException() {
        URI nobody;
        try (var server = new StallingServer()) {
            nobody = server.uri();
        }
        try (var http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> ask(http, nobody, Duration.ofSeconds(10)))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(HttpTimeoutException.class);
        }
    }
}
