package io.rollcall.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final String KEPT_IN = "-XX:SharedArchiveFile=";
    private static final String LEARNT_IN = "-XX:AOTCache=";
    private static final String LEARNS_FOR = "-XX:AOTCacheOutput=";
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
        return hasFolders() ? List.of() : keepingClassesOfJars(file);
    }

    /**
     * The same with the classes already linked and with what was learnt of their methods: a process is there a third
     * sooner. The one run after a build that makes this takes some seconds longer to end; whoever is killed makes nothing.
     */
    static List<String> keepingWhatWasLearnt(Path file) throws IOException {
        if (hasFolders()) {
            return List.of();
        }
        boolean learnt = isNewer(file, System.getProperty("java.class.path"));
        return List.of((learnt ? LEARNT_IN : LEARNS_FOR) + file, QUIETLY);
    }

    private static boolean hasFolders() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, 0))
                .map(Path::of)
                .anyMatch(Files::isDirectory);
    }

    /** The same where it is known that there are jars only. */
    static List<String> keepingClassesOfJars(Path file) {
        return List.of("-XX:+AutoCreateSharedArchive", KEPT_IN + file, QUIETLY);
    }

    /** Whether the classes of a command are there from a run that ended in order; also where none are to be kept. */
    static boolean hasItsClasses(List<String> command) throws IOException {
        Optional<Path> kept = command.stream()
                .filter(option -> Stream.of(KEPT_IN, LEARNT_IN, LEARNS_FOR).anyMatch(option::startsWith))
                .map(option -> Path.of(option.substring(option.indexOf('=') + 1)))
                .findFirst();
        return kept.isEmpty()
                || isNewer(kept.get(), command.get(1 + Math.max(command.indexOf(JAR), command.indexOf(CLASS_PATH))));
    }

    /** Whether a file is there and younger than all jars of a class path. */
    private static boolean isNewer(Path file, String classPath) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        FileTime since = Files.getLastModifiedTime(file);
        for (String jar : classPath.split(File.pathSeparator, 0)) {
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
