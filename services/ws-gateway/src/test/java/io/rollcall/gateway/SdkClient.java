package io.rollcall.gateway;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program {@code src/test/npm/client.mjs}, which is the stock SDK and nothing else. */
final class SdkClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final List<JsonNode> heard = new CopyOnWriteArrayList<>();

    private SdkClient(Process process) {
        this.process = process;
        Thread.ofVirtual().name("sdk-client").start(this::follow);
    }

    static SdkClient start(Path folder, int port) throws IOException {
        return new SdkClient(
                new ProcessBuilder("node", "client.mjs", "ws://127.0.0.1:" + port + "/connection/websocket")
                        .directory(folder.toFile())
                        .redirectError(folder.resolve("client.log").toFile())
                        .start());
    }

    void subscribe(String channel) {
        tell(JSON.writeValueAsString(Map.of("subscribe", channel)));
    }

    void subscribe(String channel, String epoch, long offset) {
        tell(JSON.writeValueAsString(Map.of("subscribe", channel, "since", Map.of("epoch", epoch, "offset", offset))));
    }

    void tell(String line) {
        try {
            var input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it said of a subscription, the so-manieth time that it was made. */
    JsonNode subscribed(String channel, int time) {
        return heard("subscribed", it -> it.path("channel").asString().equals(channel), time)
                .get(time - 1);
    }

    /** The publications on a channel that are of a room, once there are so many. */
    List<JsonNode> publications(String channel, String room, int count) {
        return heard(
                "publication",
                it -> it.path("channel").asString().equals(channel)
                        && it.path("data").path("roomKey").asString().equals(room),
                count);
    }

    /** The first thing of a kind that fits. */
    JsonNode next(String kind, Predicate<JsonNode> wanted) {
        return heard(kind, wanted, 1).getFirst();
    }

    private List<JsonNode> heard(String kind, Predicate<JsonNode> wanted, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> heard.stream()
                                .filter(it -> it.path("kind").asString().equals(kind) && wanted.test(it))
                                .toList(),
                        it -> it.size() >= count);
    }

    private void follow() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                heard.add(JSON.readTree(line));
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
