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
    void whatIsLearntCountsOnceItsRunHasEndedInOrder() throws IOException {
        Path learnt = folder.resolve("learnt");
        List<String> first = Java.learning(learnt, jar.toString(), List.of("-Xmx1m"));
        Path written = Path.of(first.getFirst().replace("-XX:AOTCacheOutput=", ""));
        assertThat(Java.learns(first)).isTrue();
        assertThat(Java.hasItsClasses(first)).isFalse();

        // Java has written it, and was killed all the same.
        Files.writeString(written, "");
        assertThat(Java.learns(Java.learning(learnt, jar.toString(), List.of("-Xmx1m"))))
                .isTrue();

        Java.keepWhatWasLearnt(first);

        List<String> next = Java.learning(learnt, jar.toString(), List.of("-Xmx1m"));
        assertThat(next.getFirst()).startsWith("-XX:AOTCache=" + learnt);
        assertThat(Java.hasItsClasses(next)).isTrue();
    }

    @Test
    void whatIsLearntIsOfTheseJarsAndOptions() throws IOException {
        Path learnt = folder.resolve("learnt");
        Java.keepWhatWasLearnt(written(Java.learning(learnt, jar.toString(), List.of("-Xmx1m"))));

        assertThat(Java.learns(Java.learning(learnt, jar.toString(), List.of("-Xmx1m"))))
                .isFalse();
        assertThat(Java.learns(Java.learning(learnt, jar.toString(), List.of("-Xmx2m"))))
                .isTrue();
        assertThat(Java.learns(Java.learning(learnt, jar + File.pathSeparator + other, List.of("-Xmx1m"))))
                .isTrue();
        // Another build, with an older file in the same place.
        file("one.jar", BUILT.minusSeconds(1));
        assertThat(Java.learns(Java.learning(learnt, jar.toString(), List.of("-Xmx1m"))))
                .isTrue();
    }

    @Test
    void whatIsLearntIsUsedByWhoLearnsNothing() throws IOException {
        Path learnt = folder.resolve("learnt");
        assertThat(Java.learnt(learnt, jar.toString(), List.of("-Xmx1m"))).isEmpty();

        Java.keepWhatWasLearnt(written(Java.learning(learnt, jar.toString(), List.of("-Xmx1m"))));

        assertThat(Java.learnt(learnt, jar.toString(), List.of("-Xmx1m")).orElseThrow())
                .first()
                .asString()
                .startsWith("-XX:AOTCache=" + learnt);
        assertThat(Java.learnt(learnt, jar.toString(), List.of("-Xmx2m"))).isEmpty();
    }

    private static List<String> written(List<String> options) throws IOException {
        Files.writeString(Path.of(options.getFirst().replace("-XX:AOTCacheOutput=", "")), "");
        return options;
    }

    @Test
    void whatRunsOnFoldersLearnsNothing() throws IOException {
        assertThat(Java.learning(folder.resolve("learnt"), folder.toString(), List.of()))
                .isEmpty();
    }

    @Test
    void whatKeepsNoneLacksNone() throws IOException {
        assertThat(Java.hasItsClasses(List.of("redis-server", "--port", "1"))).isTrue();
    }
}
