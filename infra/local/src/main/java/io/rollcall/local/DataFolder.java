package io.rollcall.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Everything that a stack keeps, in one folder; delete it and the stack is new.
 *
 * @param root an absolute path
 */
public record DataFolder(Path root) {

    public DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    /** What a part may keep from run to run. */
    public Path of(String part) throws IOException {
        return Files.createDirectories(root.resolve(part));
    }

    /** What can be made again: unpacked archives, class data. */
    Path cache() throws IOException {
        return Files.createDirectories(root.resolve("cache"));
    }

    /** Where a part's output goes. */
    Path log(String part) {
        return root.resolve("logs").resolve(part + ".log");
    }

    /** A fresh file for a part's output; that of the last run stays beside it as {@code .1}. */
    Path freshLog(String part) throws IOException {
        Path log = log(part);
        Files.createDirectories(root.resolve("logs"));
        if (Files.exists(log)) {
            Files.move(log, log.resolveSibling(part + ".log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        return log;
    }

    /** What runs now, see {@link RunFile}. */
    Path runFile() {
        return root.resolve("run").resolve("stack.json");
    }

    /** Locked for as long as a launcher runs this stack, and released by the system however it ends. */
    Path lockFile() throws IOException {
        return Files.createDirectories(root.resolve("run")).resolve("lock");
    }
}
