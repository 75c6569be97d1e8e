package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A service as the build has packed it, laid out so that Java starts it fast: with jars in a folder instead of jars in
 * a jar, the classes of one run can be kept ready for the next. Measured with webhook-ingest on 2 cores: 4.1 s and 7.2 s
 * of CPU packed, 2.0 s and 3.5 s so.
 *
 * @param jar what to run
 * @param classData where Java keeps its classes ready; made by the first run that ends in order
 * @param learnt where it keeps what it has learnt in rehearsals
 */
record ServiceJar(Path jar, Path classData, Path learnt) {

    private static final String LAID_OUT = "laid-out";

    /** The service's jar of this build; laid out now unless that was done before. */
    static ServiceJar of(Path home, String service) throws IOException {
        Path packed = packed(home, service);
        Path all = Files.createDirectories(home.resolve("target").resolve(LAID_OUT));
        Path folder = all.resolve(service + "-" + fingerprint(packed));
        if (!Files.isDirectory(folder)) {
            layOut(packed, folder);
            deleteOthers(all, service, folder);
        }
        return new ServiceJar(
                folder.resolve(packed.getFileName()), folder.resolve("classes.jsa"), folder.resolve("learnt"));
    }

    /**
     * The command that runs it.
     *
     * @param rehearsal whether it may take its time to start and to end, for Java to learn how it works; what was learnt in
     *     a rehearsal of the same jar is used in any case
     */
    List<String> command(boolean rehearsal, String... options) throws IOException {
        List<String> told = List.of(options);
        List<String> kept = rehearsal
                ? Java.learning(learnt, jar.toString(), told)
                : Java.learnt(learnt, jar.toString(), told).orElseGet(() -> Java.keepingClassesOfJars(classData));
        return Java.jar(jar, Stream.concat(kept.stream(), told.stream()).toList());
    }

    private static Path packed(Path home, String service) throws IOException {
        Path target = home.resolve("services").resolve(service).resolve("target");
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, service + "-*.jar")) {
                for (Path jar : jars) {
                    String name = jar.getFileName().toString();
                    if (!name.endsWith("-sources.jar") && !name.endsWith("-tests.jar")) {
                        return jar;
                    }
                }
            }
        }
        throw new StackException(service + " is not built: there is no jar in " + target);
    }

    /** Of the contents: jars are built reproducibly, with one and the same time. */
    private static String fingerprint(Path jar) throws IOException {
        var sum = new CRC32();
        try (var zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(e -> e)::iterator) {
                sum.update((entry.getName() + entry.getSize() + entry.getCrc()).getBytes(UTF_8));
            }
        }
        return Long.toHexString(sum.getValue());
    }

    private static void layOut(Path packed, Path folder) throws IOException {
        Path part = Files.createTempDirectory(folder.getParent(), "part-");
        List<String> command = Java.jar(packed, List.of("-Djarmode=tools"));
        command.addAll(List.of("extract", "--force", "--destination", part.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new StackException(packed + " is not an executable jar of Spring Boot");
            }
            // Whole or not at all; another launcher may have been faster.
            if (!Files.isDirectory(folder)) {
                Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while laying out " + packed, e);
        } finally {
            process.destroyForcibly();
            delete(part);
        }
    }

    private static void deleteOthers(Path all, String service, Path folder) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, service + "-*")) {
            for (Path other : folders) {
                if (!other.equals(folder)) {
                    delete(other);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> found;
        try (Stream<Path> paths = Files.walk(folder)) {
            found = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : found) {
            Files.delete(path);
        }
    }
}
