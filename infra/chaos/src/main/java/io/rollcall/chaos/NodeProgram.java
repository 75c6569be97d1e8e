package io.rollcall.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program for Node, in a folder with all that it needs; what it complains of is in {@code node.log} there. */
record NodeProgram(Path folder, String script) {

    /**
     * Puts a script of this module and its {@code package.json} into a folder, with what that names; needs Node and npm.
     *
     * @param resources where both are
     */
    static NodeProgram install(String resources, String script, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String file : List.of("package.json", script)) {
            try (InputStream source =
                    Objects.requireNonNull(NodeProgram.class.getResourceAsStream(resources + "/" + file), file)) {
                Files.write(folder.resolve(file), source.readAllBytes());
            }
        }
        Path log = folder.resolve("npm.log");
        Process install = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!install.waitFor(2, TimeUnit.MINUTES) || install.exitValue() != 0) {
            install.destroyForcibly();
            throw new IOException("npm could not install what " + script + " needs: see " + log);
        }
        return new NodeProgram(folder, script);
    }

    /** Starts it once more. */
    Process start(String... arguments) throws IOException {
        return new ProcessBuilder(Stream.concat(Stream.of("node", script), Stream.of(arguments))
                        .toList())
                .directory(folder.toFile())
                .redirectError(log().toFile())
                .start();
    }

    Path log() {
        return folder.resolve("node.log");
    }
}
