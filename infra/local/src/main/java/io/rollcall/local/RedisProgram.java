package io.rollcall.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import redis.embedded.core.ExecutableProvider;

/** The Redis of a stack: the one on the PATH, else the one that a Maven artifact brings for this machine. */
public final class RedisProgram {

    private RedisProgram() {}

    /** Where it is; unpacked into the cache beside this data when it comes from the artifact. */
    public static Path find(DataFolder data) throws IOException {
        Optional<Path> installed = Programs.find("redis-server");
        return installed.isPresent() ? installed.get() : unpacked(data);
    }

    static Path unpacked(DataFolder data) throws IOException {
        Path folder = Files.createDirectories(data.cache().resolve("redis"));
        try {
            return ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .toPath();
        } catch (IOException e) {
            throw new StackException("No redis-server is on the PATH, and none for this machine is in the artifact", e);
        }
    }
}
