package io.rollcall.kittest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rollcall.registry.RegistryApp;
import io.rollcall.registry.RegistryProcess;
import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.SchemaPublisher;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The real Apicurio Registry as a process of its own, for tests of what happens when it is there and when it is away. Takes
 * about four seconds; a test that only needs schemas uses {@link FixedRegistry}.
 */
public final class RealRegistry implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final RegistryProcess process;

    private RealRegistry(Path folder, RegistryProcess process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts an empty one on a free port; skips the test, with a word, where the registry's archive is not to be had. */
    public static RealRegistry start() {
        assumeTrue(
                RegistryApp.archive().isPresent(),
                () -> "SKIPPED: the registry cannot be had; fetch it with " + RegistryApp.howToFetch());
        try {
            Path folder = Files.createTempDirectory("rollcall-registry-");
            return new RealRegistry(folder, new RegistryProcess(RegistryApp.unpacked(RegistryApp.userCache()), folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens; stays the same over {@link #stop()} and {@link #restart()}. */
    public URI url() {
        return process.url();
    }

    /** Does what the deploy step does: registers the schemas of the catalogue. */
    public void publishCatalogue() {
        try (var registry = new ApicurioRegistry(url(), PATIENCE)) {
            new SchemaPublisher(registry).publish(Topics.all());
        }
    }

    /** Takes it away. */
    public void stop() {
        process.stop();
    }

    /** Brings it back with what it knew. */
    public void restart() {
        process.start();
    }

    @Override
    public void close() {
        process.close();
        Folders.delete(folder);
    }
}
