package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaTest {

    private static final Instant BUILT = Instant.parse("2026-11-26T00:00:00Z");

    @TempDir
    Path folder;

    private Path jar;
    private Path other;
    private Path classes;

    @BeforeEach
    void built() throws IOException {
        jar = file("one.jar", BUILT);
        other = file("other.jar", BUILT);
        classes = folder.resolve("classes.jsa");
    }

    private Path file(String name, Instant at) throws IOException {
        return Files.setLastModifiedTime(Files.writeString(folder.resolve(name), ""), FileTime.from(at));
    }

    private List<String> ofAJar() {
        return List.of("java", "-Xmx1m", "-XX:SharedArchiveFile=" + classes, "-jar", jar.toString());
    }

    private List<String> ofAClassPath() {
        return List.of("java", "-XX:SharedArchiveFile=" + classes, "-cp", jar + File.pathSeparator + other, "a.Main");
    }

    @Test
    void hasNoClassesBeforeItHasEndedInOrder() throws IOException {
        assertThat(Java.hasItsClasses(ofAJar())).isFalse();
        assertThat(Java.hasItsClasses(ofAClassPath())).isFalse();
    }

    @Test
    void hasItsClassesOnceItHas() throws IOException {
        file("classes.jsa", BUILT.plusSeconds(1));

        assertThat(Java.hasItsClasses(ofAJar())).isTrue();
        assertThat(Java.hasItsClasses(ofAClassPath())).isTrue();
    }

    @Test
    void thoseOfAnOlderBuildAreNone() throws IOException {
        file("classes.jsa", BUILT.plusSeconds(1));
        file("other.jar", BUILT.plusSeconds(2));

        assertThat(Java.hasItsClasses(ofAJar())).isTrue();
        assertThat(Java.hasItsClasses(ofAClassPath())).isFalse();
    }

    @Test
    void whatKeepsNoneLacksNone() throws IOException {
        assertThat(Java.hasItsClasses(List.of("redis-server", "--port", "1"))).isTrue();
    }
}
