package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a part whether it is ready: {@code http://…} must answer 200, {@code kafka://host:port} as a broker does,
 * {@code redis://host:port} a PING, and {@code tcp://host:port} must take a connection.
 */
final class Probe {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int LONGEST_REASON = 160;
    private static final int LONGEST_ANSWER = 16 * 1024;
    private static final JsonMapper JSON = new JsonMapper();

    private Probe() {}

    /** What a part said. */
    sealed interface Answer {

        /** It does its work. */
        record Ready() implements Answer {}

        /** It does not, or not yet; in its own words where it has any. */
        record NotReady(String reason) implements Answer {}
    }

    static Answer ask(URI readiness) {
        return switch (readiness.getScheme()) {
            case "http" -> askHttp(readiness);
            case "kafka" -> askKafka(readiness);
            case "redis" -> askRedis(readiness);
            case "tcp" -> askTcp(readiness);
            default -> throw new IllegalArgumentException("cannot ask " + readiness);
        };
    }

    private static Answer askHttp(URI readiness) {
        try {
            var connection = (HttpURLConnection) readiness.toURL().openConnection();
            connection.setConnectTimeout((int) PATIENCE.toMillis());
            connection.setReadTimeout((int) PATIENCE.toMillis());
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                if (status == 200) {
                    return new Answer.Ready();
                }
                String said = body == null ? "" : new String(body.readNBytes(LONGEST_ANSWER), UTF_8).strip();
                return new Answer.NotReady(words(status, said));
            }
        } catch (IOException e) {
            return new Answer.NotReady("does not answer");
        }
    }

    /** Of a service's answer what it waits for; of any other its beginning. */
    static String words(int status, String body) {
        try {
            String waitsFor = JSON.readTree(body)
                    .path("checks")
                    .propertyStream()
                    .filter(check ->
                            check.getValue().path("status").asString("").equals("down"))
                    .map(check -> check.getKey() + ": "
                            + check.getValue().path("reason").asString("down"))
                    .collect(Collectors.joining("; "));
            if (!waitsFor.isEmpty()) {
                return "is not ready: " + waitsFor;
            }
        } catch (JacksonException e) {
            // Not the answer of a service of ours.
        }
        String beginning = body.length() > LONGEST_REASON ? body.substring(0, LONGEST_REASON) + "…" : body;
        return ("answers " + status + " " + beginning).strip();
    }

    private static Answer askTcp(URI readiness) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(readiness.getHost(), readiness.getPort()), (int) PATIENCE.toMillis());
            return new Answer.Ready();
        } catch (IOException e) {
            return new Answer.NotReady("does not listen");
        }
    }

    private static Answer askRedis(URI readiness) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(readiness.getHost(), readiness.getPort()), (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("PING\r\n".getBytes(UTF_8));
            // While it still loads what it has kept, it says so instead.
            String answer = new String(socket.getInputStream().readNBytes("+PONG".length()), UTF_8);
            return answer.equals("+PONG") ? new Answer.Ready() : new Answer.NotReady("is loading");
        } catch (IOException e) {
            return new Answer.NotReady("does not answer");
        }
    }

    private static Answer askKafka(URI readiness) {
        try (var socket = new Socket()) {
            // Cheap, and without the warnings that Kafka's client logs about a port that nobody listens to.
            socket.connect(new InetSocketAddress(readiness.getHost(), readiness.getPort()), (int) PATIENCE.toMillis());
        } catch (IOException e) {
            return new Answer.NotReady("does not listen");
        }
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                readiness.getAuthority(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis()))) {
            admin.describeCluster().nodes().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer.Ready();
        } catch (ExecutionException | TimeoutException e) {
            return new Answer.NotReady("listens, but does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.NotReady("was not asked to the end");
        }
    }
}
