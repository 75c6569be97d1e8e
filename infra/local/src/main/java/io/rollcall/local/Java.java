package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Command lines that run something on the launcher's own JDK. */
final class Java {

    /** Many small processes on one machine: no threads for collecting in parallel, little memory kept for later. */
    private static final List<String> SMALL = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            // What the compilers took for a start is given back after it.
            "-XX:TrimNativeHeapInterval=10000",
            // Kept classes are mapped where they were laid out for: moved, as usual, their pages are copies. Addresses
            // that nobody can guess, which this loses, do not matter on one developer's loopback.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            // Classes come late, with the first requests too: not a full collection each time there are more of them.
            "-XX:MetaspaceSize=128m",
            // Nor each time the compilers have made 36 MiB of code (15 % of what there may be), which is 0.2 s for all.
            "-XX:SweeperThreshold=50",
            // All of them from the start: one that is added later has the precedence of the one that adds it.
            "-XX:-UseDynamicNumberOfCompilerThreads",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final String KEPT_IN = "-XX:SharedArchiveFile=";
    private static final String LEARNT_IN = "-XX:AOTCache=";
    private static final String LEARNS_FOR = "-XX:AOTCacheOutput=";
    /** One for each of the programs that start a stack, which differ in their class paths, and some to spare. */
    private static final int FILES_KEPT = 4;

    /** Hundreds of lines about classes that cannot be kept, in a log that is to be read. */
    private static final String QUIETLY = "-Xlog:cds*=off,aot*=off";

    private static final String JAR = "-jar";
    private static final String CLASS_PATH = "-cp";

    private Java() {}

    /** A main class from the launcher's class path. */
    static List<String> main(String mainClass, List<String> options, List<String> arguments) {
        List<String> command = java(options);
        command.add(CLASS_PATH);
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    /**
     * Options that keep the classes of one run ready for the next, in a file that Java makes when a run ends in order,
     * and makes anew when a jar has changed. None when there are folders on the class path: Java keeps only what is in
     * jars.
     */
    static List<String> keepingClasses(Path file) {
        return hasFolders(System.getProperty("java.class.path")) ? List.of() : keepingClassesOfJars(file);
    }

    /**
     * The same with the classes already linked and with what was learnt of their methods: a process is there a third
     * sooner. Java does not look whether such a file is of these jars, this JDK and these options: its name says so here.
     * The run that makes it starts and works as if nothing was kept, and takes some seconds longer to end; it counts only
     * when that run has ended in order, see {@link #keepWhatWasLearnt}.
     *
     * @param folder of the files of one program; all but the latest few go
     * @param classPath what the program runs on
     * @param options what it is told besides
     */
    static List<String> learning(Path folder, String classPath, List<String> options) throws IOException {
        if (hasFolders(classPath)) {
            return List.of();
        }
        Path learnt = learntIn(folder, classPath, options);
        if (Files.exists(learnt)) {
            return startingFrom(learnt);
        }
        Files.createDirectories(folder);
        deleteAllButTheLatest(folder);
        // Another launcher may learn at the same time.
        return List.of(LEARNS_FOR + learnt + "." + ProcessHandle.current().pid(), QUIETLY);
    }

    /** The same where something has been learnt; learns nothing itself. */
    static Optional<List<String>> learnt(Path folder, String classPath, List<String> options) throws IOException {
        Path learnt = learntIn(folder, classPath, options);
        return Files.exists(learnt) ? Optional.of(startingFrom(learnt)) : Optional.empty();
    }

    private static Path learntIn(Path folder, String classPath, List<String> options) throws IOException {
        return folder.resolve(fingerprint(classPath, options) + ".aot");
    }

    private static List<String> startingFrom(Path learnt) {
        return List.of(LEARNT_IN + learnt, QUIETLY);
    }

    /** Whether the process of a command writes down at its end what it has learnt, which takes seconds. */
    static boolean learns(List<String> command) {
        return command.stream().anyMatch(option -> option.startsWith(LEARNS_FOR));
    }

    /** To be called when the process of a command has ended in order: what it has learnt is used from now on. */
    static void keepWhatWasLearnt(List<String> command) throws IOException {
        for (String option : command) {
            if (option.startsWith(LEARNS_FOR)) {
                Path written = Path.of(option.substring(LEARNS_FOR.length()));
                String name = written.getFileName().toString();
                if (Files.exists(written)) {
                    Files.move(
                            written,
                            written.resolveSibling(name.substring(0, name.lastIndexOf('.'))),
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static String fingerprint(String classPath, List<String> options) throws IOException {
        var sum = new CRC32();
        for (String jar : classPath.split(File.pathSeparator, 0)) {
            Path file = Path.of(jar);
            sum.update((jar + Files.size(file) + Files.getLastModifiedTime(file).toMillis()).getBytes(UTF_8));
        }
        sum.update((System.getProperty("java.vm.version") + SMALL + options).getBytes(UTF_8));
        return Long.toHexString(sum.getValue());
    }

    private static void deleteAllButTheLatest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path old : files.sorted(Comparator.comparingLong(
                                    (Path file) -> file.toFile().lastModified())
                            .reversed())
                    .skip(FILES_KEPT)
                    .toList()) {
                Files.deleteIfExists(old);
            }
        }
    }

    private static boolean hasFolders(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator, 0)).map(Path::of).anyMatch(Files::isDirectory);
    }

    /** The same where it is known that there are jars only. */
    static List<String> keepingClassesOfJars(Path file) {
        return List.of("-XX:+AutoCreateSharedArchive", KEPT_IN + file, QUIETLY);
    }

    /** Whether the classes of a command are there from a run that ended in order; also where none are to be kept. */
    static boolean hasItsClasses(List<String> command) throws IOException {
        if (learns(command)) {
            return false;
        }
        Optional<Path> kept = command.stream()
                .filter(option -> option.startsWith(KEPT_IN))
                .map(option -> Path.of(option.substring(KEPT_IN.length())))
                .findFirst();
        if (kept.isEmpty()) {
            return true;
        }
        if (!Files.exists(kept.get())) {
            return false;
        }
        FileTime since = Files.getLastModifiedTime(kept.get());
        for (String jar : command.get(1 + Math.max(command.indexOf(JAR), command.indexOf(CLASS_PATH)))
                .split(File.pathSeparator, 0)) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(since) > 0) {
                return false;
            }
        }
        return true;
    }

    /** An executable jar. */
    static List<String> jar(Path jar, List<String> options) {
        List<String> command = java(options);
        command.add(JAR);
        command.add(jar.toString());
        return command;
    }

    /** The launcher's own Java. */
    static Path program() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** These options, with those of every process of the stack. */
    static List<String> small(String... options) {
        return Stream.concat(SMALL.stream(), Stream.of(options)).toList();
    }

    private static List<String> java(List<String> options) {
        var command = new ArrayList<String>();
        command.add(program().toString());
        command.addAll(small(options.toArray(String[]::new)));
        return command;
    }
}
