package io.rollcall.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** People in LiveKit's rooms: the stock SDK {@code @livekit/rtc-node} in a Node process, and what it has said of them. */
final class Participants implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final NodeProgram program;
    private final URI livekit;
    private final Map<Integer, Visit> visits = new ConcurrentSkipListMap<>();
    private Process process;
    private Thread follower;
    private int next = 1;

    private Participants(NodeProgram program, URI livekit) throws IOException {
        this.program = program;
        this.livekit = livekit;
        this.process = run();
        this.follower = follow(process);
    }

    /** Installs the SDK in a folder and starts it; needs Node and npm. */
    static Participants start(URI livekit, Path folder) throws IOException, InterruptedException {
        return new Participants(NodeProgram.install("/participants", "participants.js", folder), livekit);
    }

    private Process run() throws IOException {
        return program.start("ws://" + livekit.getAuthority());
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
            throw new IOException("the participants' process has died: see " + program.log(), e);
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
            case "disconnected" ->
                visit -> visit.lastAs(told.path("sid").asString("")).ended(at, reason);
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
