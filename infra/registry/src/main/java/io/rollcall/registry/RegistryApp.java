package io.rollcall.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Apicurio Registry as its makers publish it, unpacked into a folder. It needs a Java of 21 or later.
 *
 * @param folder what was in the archive
 */
public record RegistryApp(Path folder) {

    private static final String LOOPBACK = "127.0.0.1";

    /**
     * The archive of the version that this build names, in the local Maven repository, where building this module has
     * put it.
     *
     * @return nothing when it is not there: {@link #howToFetch()} says what to do
     */
    public static Optional<Path> archive() {
        String version = version();
        Path inRepository = Path.of(
                "io", "apicurio", "apicurio-registry-app", version, "apicurio-registry-app-" + version + "-all.tar.gz");
        return localRepositories()
                .map(repository -> repository.resolve(inRepository))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The command that brings the archive into the local Maven repository. */
    public static String howToFetch() {
        return "mvn dependency:get -Dtransitive=false -Dartifact=io.apicurio:apicurio-registry-app:" + version()
                + ":tar.gz:all";
    }

    /**
     * Unpacks the archive below a folder, unless that was done before; several processes may do so at the same time.
     *
     * @param below where unpacked versions are kept, such as {@link #userCache()}
     * @throws IllegalStateException when there is no archive, with what to do about it
     */
    public static RegistryApp unpacked(Path below) {
        Path target = below.resolve("apicurio-registry-app-" + version());
        if (Files.isDirectory(target)) {
            return new RegistryApp(target);
        }
        Path archive = archive()
                .orElseThrow(() -> new IllegalStateException(
                        "the registry's archive is not in the local Maven repository; fetch it with: " + howToFetch()));
        try {
            Files.createDirectories(below);
            try (FileChannel channel = FileChannel.open(
                            below.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.isDirectory(target)) {
                    // Under its real name only once it is whole.
                    Path part = below.resolve(target.getFileName() + ".part");
                    delete(part);
                    unpack(archive, part);
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + archive + " below " + below, e);
        }
        return new RegistryApp(target);
    }

    /** Where this user's programs keep what they can make again. */
    public static Path userCache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return base.resolve("rollcall");
    }

    /**
     * What to run.
     *
     * @param java the {@code java} program of a JDK 21 or later
     * @param options for that Java, such as the size of its heap
     */
    public List<String> command(Path java, List<String> options) {
        return Stream.of(
                        Stream.of(java.toString()),
                        options.stream(),
                        Stream.of("-jar", folder.resolve("quarkus-run.jar").toString()))
                .flatMap(part -> part)
                .toList();
    }

    /**
     * The environment to run it in: loopback only, everything in one H2 file, so that schemas and their ids survive a
     * restart.
     *
     * @param data the folder of that file
     * @param port of its REST interface
     * @param managementPort of its health answers
     */
    public static Map<String, String> environment(Path data, int port, int managementPort) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("QUARKUS_HTTP_HOST", LOOPBACK);
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_MANAGEMENT_HOST", LOOPBACK);
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("APICURIO_STORAGE_KIND", "sql");
        environment.put("APICURIO_STORAGE_SQL_KIND", "h2");
        environment.put(
                "APICURIO_DATASOURCE_URL",
                "jdbc:h2:file:" + data.resolve("registry").toAbsolutePath());
        environment.put("APICURIO_DATASOURCE_JDBC_INITIAL-SIZE", "2");
        environment.put("APICURIO_DATASOURCE_JDBC_MIN-SIZE", "2");
        environment.put("APICURIO_DATASOURCE_JDBC_MAX-SIZE", "8");
        return environment;
    }

    /** Answers 200 once the registry takes requests. */
    public static URI readiness(int managementPort) {
        return URI.create("http://" + LOOPBACK + ":" + managementPort + "/health/ready");
    }

    private static Stream<Path> localRepositories() {
        // Maven passes the first to the JVM of a test; the second is Surefire's own.
        return Stream.of(
                        System.getProperty("maven.repo.local"),
                        System.getProperty("localRepository"),
                        Path.of(System.getProperty("user.home"), ".m2", "repository")
                                .toString())
                .flatMap(Stream::ofNullable)
                .map(Path::of);
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream resource = RegistryApp.class.getResourceAsStream("registry.properties")) {
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static void unpack(Path archive, Path into) throws IOException {
        try (var tar = new TarArchiveInputStream(new GzipCompressorInputStream(Files.newInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = into.resolve(entry.getName()).normalize();
                if (!file.startsWith(into)) {
                    throw new IOException("the archive has an entry outside of its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else if (entry.isFile()) {
                    Files.createDirectories(file.getParent());
                    Files.copy(tar, file);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
