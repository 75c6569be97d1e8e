package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rollcall.kittest.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Has Node run the tests of the page's own modules, as they are shipped: {@code src/test/js}. */
class PageScriptsTest {

    private static final Path TESTS = Path.of("src", "test", "js");
    private static final Path MODULES = Path.of("src", "main", "resources", "static", "js");

    @Test
    void theModulesOfThePagePassTheirTestsInNode(@TempDir Path folder) throws IOException, InterruptedException {
        Path node = Programs.find("node").orElse(null);
        assumeTrue(node != null, "skipped: there is no node on PATH to run the tests of the page's modules");
        Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
        copy(MODULES, Files.createDirectory(folder.resolve("js")));
        List<String> tests = copy(TESTS, folder);
        Path told = folder.resolve("told.txt");

        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(node + "", "--test", "--test-reporter=spec"), tests.stream())
                                .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();

        String words = Files.readString(told, StandardCharsets.UTF_8);
        assertThat(ended).as(words).isTrue();
        assertThat(process.exitValue()).as(words).isZero();
        assertThat(words).containsPattern("tests [1-9]").containsPattern("skipped 0");
    }

    private static List<String> copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            List<Path> scripts = files.filter(file -> file.toString().endsWith(".js"))
                    .sorted()
                    .toList();
            for (Path script : scripts) {
                Files.copy(script, to.resolve(script.getFileName()));
            }
            return scripts.stream()
                    .map(script -> script.getFileName().toString())
                    .toList();
        }
    }
}
