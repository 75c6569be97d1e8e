package io.rollcall.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** People in LiveKit's rooms: the stock SDK {@code @livekit/rtc-node} in a Node process, and what it has said of them. */
final class Participants implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> FILES = List.of("package.json", "participants.js");

    private final Path folder;
    private final URI livekit;
    private final Map<Integer, Visit> visits = new ConcurrentSkipListMap<>();
    private Process process;
    private Thread follower;
    private int next = 1;

    private Participants(Path folder, URI livekit) throws IOException {
        this.folder = folder;
        this.livekit = livekit;
        this.process = run();
        this.follower = follow(process);
    }

    /** Installs the SDK in a folder and starts it; needs Node and npm. */
    static Participants start(URI livekit, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String file : FILES) {
            try (InputStream source =
                    Objects.requireNonNull(Participants.class.getResourceAsStream("/participants/" + file), file)) {
                Files.write(folder.resolve(file), source.readAllBytes());
            }
        }
        Process install = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("npm.log").toFile())
                .start();
        if (!install.waitFor(2, TimeUnit.MINUTES) || install.exitValue() != 0) {
            install.destroyForcibly();
            throw new IOException("npm could not install @livekit/rtc-node: see " + folder.resolve("npm.log"));
        }
        return new Participants(folder, livekit);
    }

    private Process run() throws IOException {
        return new ProcessBuilder("node", "participants.js", "ws://" + livekit.getAuthority())
                .directory(folder.toFile())
                .redirectError(folder.resolve("node.log").toFile())
                .start();
    }

    /** Somebody comes; what becomes of them is in {@link #visits}. */
    synchronized void join(String room, String identity, String token, boolean publish) throws IOException {
        int number = next++;
        visits.put(number, Visit.asked(number, room, identity));
        tell(JSON.createObjectNode()
                .put("join", number)
                .put("token", token)
                .put("publish", publish)
                .toString());
    }

    synchronized void leave(int number) throws IOException {
        tell(JSON.createObjectNode().put("leave", number).toString());
    }

    /** {@code kill -9}: everybody is gone without a word, and others can come. */
    synchronized void vanish() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        Instant now = Instant.now();
        // What it said before it died comes first.
        follower.join();
        visits.replaceAll((_, visit) -> switch (visit.state()) {
            case ASKED -> visit.refused("vanished");
            case CONNECTED, RECONNECTING -> visit.ended(now, "vanished");
            case REFUSED, ENDED -> visit;
        });
        process = run();
        follower = follow(process);
    }

    /** Everybody who ever came or tried to, in order. */
    Collection<Visit> visits() {
        return List.copyOf(visits.values());
    }

    private void tell(String line) throws IOException {
        try {
            Writer input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw new IOException("the participants' process has died: see " + folder.resolve("node.log"), e);
        }
    }

    private Thread follow(Process from) {
        return Thread.ofVirtual().name("participants").start(() -> read(from));
    }

    private void read(Process from) {
        try (BufferedReader lines = from.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith("{\"kind\"")) {
                    see(JSON.readTree(line));
                }
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    private void see(JsonNode told) {
        Instant at = Instant.ofEpochMilli(told.path("at").asLong());
        String reason = told.path("reason").asString("");
        UnaryOperator<Visit> change = switch (told.path("kind").asString()) {
            case "connected" -> visit -> visit.connected(told.path("sid").asString(), at);
            case "reconnecting" -> Visit::reconnecting;
            case "reconnected" -> Visit::reconnected;
            case "disconnected" -> visit -> visit.ended(at, reason);
            case "refused" -> visit -> visit.refused(reason);
            default -> UnaryOperator.identity();
        };
        visits.computeIfPresent(told.path("number").asInt(), (_, visit) -> change.apply(visit));
    }

    @Override
    public synchronized void close() {
        process.destroyForcibly();
    }
}
