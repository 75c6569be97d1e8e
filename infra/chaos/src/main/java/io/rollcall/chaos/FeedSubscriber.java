package io.rollcall.chaos;

import io.rollcall.chaos.Evidence.Frame;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that stays subscribed to {@code rooms:*} with the stock {@code centrifuge} SDK, in a Node process. */
final class FeedSubscriber implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Long> firstPosition = new CompletableFuture<>();
    private final AtomicInteger recovered = new AtomicInteger();
    private final AtomicInteger notRecovered = new AtomicInteger();

    private FeedSubscriber(Process process) {
        this.process = process;
        Thread.ofVirtual().name("feed-subscriber").start(this::follow);
    }

    /** Installs the SDK in a folder and connects; needs Node and npm. */
    static FeedSubscriber start(URI gateway, Path folder) throws IOException, InterruptedException {
        NodeProgram program = NodeProgram.install("/feed-client", "client.js", folder);
        URI endpoint = URI.create("ws://" + gateway.getAuthority() + "/connection/websocket");
        return new FeedSubscriber(program.start(endpoint.toString(), "rooms:*"));
    }

    /** Waits for the first subscription; the answer is the position it began at. */
    long awaitSubscribed(Duration within) throws InterruptedException, TimeoutException {
        try {
            return firstPosition.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the subscriber ended", e.getCause());
        }
    }

    /** What was given so far, in order. */
    List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** How often the gateway said, after a reconnect, that it gave everything that had been missed. */
    int recoveries() {
        return recovered.get();
    }

    /** How often it said that it could not. */
    int failedRecoveries() {
        return notRecovered.get();
    }

    private void follow() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                see(JSON.readTree(line));
            }
            firstPosition.completeExceptionally(new IOException("the subscriber's process ended"));
        } catch (IOException | RuntimeException e) {
            firstPosition.completeExceptionally(e);
        }
    }

    private void see(JsonNode message) {
        switch (message.path("kind").asString()) {
            case "publication" ->
                frames.add(new Frame(
                        message.path("id").asString(),
                        message.path("offset").asLong(),
                        Instant.ofEpochMilli(message.path("at").asLong())));
            case "subscribed" -> {
                if (!firstPosition.complete(message.path("offset").asLong())) {
                    (message.path("recovered").asBoolean() ? recovered : notRecovered).incrementAndGet();
                }
            }
            default -> {}
        }
    }

    @Override
    public void close() throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).close();
        if (process.isAlive()) {
            process.destroy();
        }
    }
}
