package io.rollcall.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a launcher started and has not stopped: the pid files of the stack, in one.
 *
 * @param launcher the process that watches over the others
 * @param startedAt when it began
 * @param upAt when everything was ready for the first time; null before
 * @param parts in the order in which they were started
 */
record RunFile(
        ProcessId launcher, Instant startedAt, @Nullable Instant upAt, List<Entry> parts) {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * One started process.
     *
     * @param restarts how often it died and was started again
     * @param givenUp true when it died too often to be started again
     */
    record Entry(String name, ProcessId process, Instant startedAt, int restarts, boolean givenUp, URI readiness) {

        Optional<ProcessHandle> alive() {
            return process.alive();
        }
    }

    /** What the folder's last launcher wrote; empty when it stopped everything, or there never was one. */
    static Optional<RunFile> read(DataFolder data) throws IOException {
        Path file = data.runFile();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readString(file), RunFile.class));
        } catch (JacksonException e) {
            throw new IOException(file + " is not what a launcher writes; nothing is known of what it started", e);
        }
    }

    /** Replaces the file as a whole, so that no reader and no crash ever sees half of it. */
    void write(DataFolder data) throws IOException {
        Path file = data.runFile();
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling("stack.json.next");
        Files.writeString(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static void delete(DataFolder data) throws IOException {
        Files.deleteIfExists(data.runFile());
    }

    /** What still runs, in the order in which it was started. */
    List<Entry> survivors() {
        return parts.stream().filter(entry -> entry.alive().isPresent()).toList();
    }
}
