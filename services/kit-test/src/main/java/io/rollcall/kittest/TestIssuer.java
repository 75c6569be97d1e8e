package io.rollcall.kittest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An OIDC issuer on a free port: its configuration and its keys over HTTP, and the tokens it would give. It can go away
 * and come back on the same port, keep silent, or answer nonsense.
 */
public final class TestIssuer implements AutoCloseable {

    /** What its tokens are for unless something else is said. */
    public static final String AUDIENCE = "rollcall";

    private static final JsonMapper JSON = new JsonMapper();

    private final List<SigningKey> published = new CopyOnWriteArrayList<>();
    private final AtomicInteger keyRequests = new AtomicInteger();
    private final AtomicInteger rotations = new AtomicInteger();
    private final int port;
    private volatile @Nullable Server server;
    private volatile @Nullable String nonsense;
    private volatile CountDownLatch silence = new CountDownLatch(0);

    private record Server(HttpServer http, ExecutorService threads) {}

    private TestIssuer() {
        published.addAll(List.of(SigningKey.rsa("rsa-0"), SigningKey.ec("ec-0")));
        Server first = open(0);
        this.server = first;
        this.port = first.http().getAddress().getPort();
    }

    /** A running one, with an RSA key and an EC key. */
    public static TestIssuer start() {
        return new TestIssuer();
    }

    private Server open(int at) {
        try {
            var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            http.setExecutor(threads);
            http.createContext("/.well-known/openid-configuration", this::configuration);
            http.createContext("/keys", this::keys);
            http.start();
            return new Server(http, threads);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its name, {@code iss}. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Where its keys are. */
    public String keysUrl() {
        return url() + "/keys";
    }

    /** How a service is told to believe it, as arguments of its main. */
    public String[] arguments() {
        return new String[] {
            "--rollcall.auth.enabled=true", "--rollcall.auth.issuer=" + url(), "--rollcall.auth.audience=" + AUDIENCE
        };
    }

    /** A good token of a user, signed with its RSA key. */
    public TestToken token(String subject) {
        return TestToken.of(rsa(), url(), AUDIENCE, subject);
    }

    /** A good token of a user, signed with its EC key. */
    public TestToken ecToken(String subject) {
        return TestToken.of(published.getLast(), url(), AUDIENCE, subject);
    }

    /** A token that it would have signed with another key. */
    public TestToken token(String subject, SigningKey key) {
        return TestToken.of(key, url(), AUDIENCE, subject);
    }

    /** A good token of somebody with the role of an admin, as Keycloak writes it. */
    public TestToken adminToken(String subject) {
        return token(subject).claim("realm_access", Map.of("roles", List.of("offline_access", "rollcall-admin")));
    }

    /** Its RSA key. */
    public SigningKey rsa() {
        return published.getFirst();
    }

    /** Exchanges all keys for new ones; the old ones are published no longer. */
    public void rotate() {
        int number = rotations.incrementAndGet();
        List<SigningKey> fresh = List.of(SigningKey.rsa("rsa-" + number), SigningKey.ec("ec-" + number));
        published.addAll(fresh);
        published.removeIf(key -> !fresh.contains(key));
    }

    /** How often its keys were asked for. */
    public int keyRequests() {
        return keyRequests.get();
    }

    /** Nothing listens on its port until {@link #comeBack}. */
    public void goAway() {
        Server open = server;
        if (open != null) {
            open.http().stop(0);
            open.threads().shutdownNow();
        }
        server = null;
    }

    /** It takes questions and does not answer until {@link #comeBack}. */
    public void keepSilent() {
        silence = new CountDownLatch(1);
    }

    /** It answers these words with status 200 until {@link #comeBack}. */
    public void answer(String words) {
        nonsense = words;
    }

    /** All is well again. */
    public void comeBack() {
        nonsense = null;
        silence.countDown();
        if (server == null) {
            server = open(port);
        }
    }

    private void configuration(HttpExchange exchange) throws IOException {
        reply(exchange, Map.of("issuer", url(), "jwks_uri", keysUrl()));
    }

    private void keys(HttpExchange exchange) throws IOException {
        keyRequests.incrementAndGet();
        var keys = new ArrayList<Map<String, Object>>();
        published.forEach(key -> keys.add(key.jwk()));
        reply(exchange, Map.of("keys", keys));
    }

    private void reply(HttpExchange exchange, Map<String, ?> document) throws IOException {
        try (exchange) {
            silence.await();
            String words = nonsense;
            byte[] body = words == null ? JSON.writeValueAsBytes(document) : words.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        silence.countDown();
        goAway();
    }
}
