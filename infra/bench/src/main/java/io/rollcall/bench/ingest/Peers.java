package io.rollcall.bench.ingest;

import io.rollcall.local.Development;
import io.rollcall.local.Part;
import io.rollcall.local.PortHolder.Port;
import io.rollcall.local.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Receivers that others would write for the same job, built from {@code infra/bench/peers} when they are needed. */
final class Peers {

    private static final Duration BUILT_WITHIN = Duration.ofMinutes(4);
    private static final List<String> EXPRESS_FILES = List.of("package.json", "package-lock.json", "server.js");

    private final Path sources;
    private final Path builds;

    /**
     * Nothing is built yet.
     *
     * @param sources the folder of the peers
     * @param builds where what is built is kept from run to run
     */
    Peers(Path sources, Path builds) {
        this.sources = sources;
        this.builds = builds;
    }

    /** Why a peer takes no part, for a person. */
    static final class AbsentException extends Exception {

        private static final long serialVersionUID = 1L;

        AbsentException(String message) {
            super(message);
        }
    }

    /**
     * A peer that can be started.
     *
     * @param title what it is made of
     * @param command starts it
     * @param folder where it is started
     */
    record Peer(String name, String title, List<String> command, Path folder) {

        /** Its topic. */
        String topic() {
            return "bench-" + name;
        }

        /** The process that takes webhooks on this port and puts them into its topic. */
        Part part(String bootstrapServers, int port) {
            return new Part(
                    "peer-" + name,
                    command,
                    Map.of(
                            "KAFKA_BOOTSTRAP_SERVERS",
                            bootstrapServers,
                            "LIVEKIT_API_KEY",
                            Development.LIVEKIT_API_KEY,
                            "LIVEKIT_API_SECRET",
                            Development.LIVEKIT_API_SECRET,
                            "TOPIC",
                            topic(),
                            "PORT",
                            Integer.toString(port),
                            "NODE_ENV",
                            "production"),
                    // Go and Node shall have the machine as they find it.
                    Set.of("GOMAXPROCS", "GOGC", "GOMEMLIMIT", "NODE_OPTIONS"),
                    folder,
                    List.of(Port.tcp(port)),
                    URI.create("tcp://127.0.0.1:" + port),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Set.of());
        }
    }

    /** Go: net/http and franz-go. */
    Peer go() throws AbsentException, InterruptedException {
        Path go = program("go", "Go");
        Path binary = folder("go").resolve("receiver");
        build("go", List.of(go.toString(), "build", "-o", binary.toString(), "."), sources.resolve("go"));
        return new Peer("go", "Go, net/http + franz-go", List.of(binary.toString()), folder("go"));
    }

    /** Node: Express, LiveKit's SDK and kafkajs. */
    Peer express() throws AbsentException, InterruptedException {
        Path node = program("node", "Node");
        Path npm = program("npm", "npm");
        Path folder = folder("express");
        try {
            for (String file : EXPRESS_FILES) {
                Files.copy(
                        sources.resolve("express").resolve(file),
                        folder.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        build("express", List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--loglevel=error"), folder);
        return new Peer("express", "Node, Express + kafkajs", List.of(node.toString(), "server.js"), folder);
    }

    private static Path program(String name, String title) throws AbsentException {
        return Programs.find(name)
                .orElseThrow(() -> new AbsentException(title + " is not on this machine: its receiver is left out"));
    }

    private Path folder(String peer) {
        try {
            return Files.createDirectories(builds.resolve(peer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void build(String peer, List<String> command, Path folder) throws AbsentException, InterruptedException {
        Path log = folder(peer).resolve("build.log");
        try {
            Process build = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                if (build.waitFor(BUILT_WITHIN.toMillis(), TimeUnit.MILLISECONDS) && build.exitValue() == 0) {
                    return;
                }
            } finally {
                build.destroyForcibly();
            }
            throw new AbsentException("the " + peer + " receiver cannot be built and is left out:\n"
                    + Files.readString(log).strip().indent(4).stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
