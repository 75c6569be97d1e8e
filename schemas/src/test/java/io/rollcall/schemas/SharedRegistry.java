package io.rollcall.schemas;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rollcall.registry.RegistryApp;
import io.rollcall.registry.RegistryProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The real registry, started once for all tests of this module. */
final class SharedRegistry {

    private static @Nullable RegistryProcess process;

    private SharedRegistry() {}

    static synchronized RegistryProcess get() {
        assumeTrue(
                RegistryApp.archive().isPresent(),
                () -> "SKIPPED: the registry cannot be had; fetch it with " + RegistryApp.howToFetch());
        if (process == null) {
            try {
                Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "registry-");
                process = new RegistryProcess(RegistryApp.unpacked(RegistryApp.userCache()), data);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        process.start();
        return process;
    }
}
