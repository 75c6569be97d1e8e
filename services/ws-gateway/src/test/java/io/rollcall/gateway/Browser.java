package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium with one page, driven over its DevTools protocol: no driver whose version has to fit. Its clock is
 * the real one.
 */
final class Browser implements AutoCloseable, WebSocket.Listener {

    /** What the page looks like to a person. */
    record Screen(int width, int height, boolean dark) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path profile;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket page;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();

    Browser(Path program) {
        try {
            profile = Files.createTempDirectory("rollcall-browser-");
            process = new ProcessBuilder(
                            program.toString(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--user-data-dir=" + profile,
                            "--remote-debugging-port=0",
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("browser.log").toFile())
                    .start();
            // A test JVM that is stopped half-way leaves no browser behind.
            Runtime.getRuntime().addShutdownHook(new Thread(this::end));
            page = http.newWebSocketBuilder()
                    .buildAsync(URI.create(pageAddress()), this)
                    .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = tell("Page.enable", Map.of());
        var _ = tell("Runtime.enable", Map.of());
        var _ = tell("Log.enable", Map.of());
        var _ = tell("Network.enable", Map.of());
    }

    /** Loads a page anew. */
    void open(String address) {
        complaints.clear();
        var _ = tell("Page.navigate", Map.of("url", address));
        until("location.href === " + quoted(address) + " && document.readyState === 'complete'");
    }

    /** From now on the page cannot load what fits one of these patterns; none: it can load everything. */
    void block(String... patterns) {
        var _ = tell("Network.setBlockedURLs", Map.of("urls", List.of(patterns)));
    }

    /** What an expression of JavaScript is in the page; a promise is waited for. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                tell("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Waits until an expression is true. */
    void until(String expression) {
        await().alias(expression)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> evaluate(expression).asBoolean(false));
    }

    /** Waits until an expression is this text. */
    void untilIs(String expression, String expected) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(evaluate(expression).asString()).isEqualTo(expected));
    }

    /** Types into the field of an id, as a person would. */
    void type(String field, String text) {
        var _ = evaluate("document.getElementById('" + field + "').focus()");
        var _ = tell("Input.insertText", Map.of("text", text));
    }

    void show(Screen screen) {
        var _ = tell(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", screen.width(), "height", screen.height(), "deviceScaleFactor", 1, "mobile", false));
        var _ = tell(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", screen.dark() ? "dark" : "light"))));
    }

    void takePicture(Path file) {
        String png = tell("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asString();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, Base64.getDecoder().decode(png));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Errors of the page's scripts, and what its own policy forbade it; not that a server was away. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    private JsonNode tell(String method, Map<String, Object> parameters) {
        int id = ids.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        asked.put(id, answer);
        var _ = page.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            JsonNode message = JSON.readTree(partial.toString());
            partial.setLength(0);
            if (message.has("id")) {
                var answer = asked.remove(message.path("id").asInt());
                if (answer != null) {
                    var _ = message.has("error")
                            ? answer.completeExceptionally(new IllegalStateException(
                                    message.path("error").toString()))
                            : answer.complete(message.path("result"));
                }
            } else {
                hear(message.path("method").asString(), message.path("params"));
            }
        }
        from.request(1);
        return null;
    }

    private void hear(String method, JsonNode about) {
        switch (method) {
            case "Runtime.exceptionThrown" ->
                complaints.add(about.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (about.path("type").asString().equals("error")) {
                    complaints.add(about.path("args").toString());
                }
            }
            case "Log.entryAdded" -> {
                JsonNode entry = about.path("entry");
                if (entry.path("level").asString().equals("error")
                        && !entry.path("source").asString().equals("network")) {
                    complaints.add(entry.toString());
                }
            }
            default -> {}
        }
    }

    /** Where the page is driven from: the browser writes its port into its folder, and lists its pages there. */
    private String pageAddress() {
        Path told = profile.resolve("DevToolsActivePort");
        return await().alias("a page in the browser")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            String port = Files.readAllLines(told).getFirst();
                            for (JsonNode target : JSON.readTree(get("http://127.0.0.1:" + port + "/json/list"))) {
                                if (target.path("type").asString().equals("page")) {
                                    return target.path("webSocketDebuggerUrl").asString();
                                }
                            }
                            return "";
                        },
                        address -> !address.isEmpty());
    }

    private String get(String address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private void end() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        page.abort();
        http.shutdownNow();
        end();
        // Its children may still be writing while they die.
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> !process.isAlive() && FileSystemUtils.deleteRecursively(profile));
    }
}
