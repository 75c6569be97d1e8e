package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code logs}: what a process of this or the last run has said. */
@Command(
        name = "logs",
        description = "Shows what a process has said.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LogsCommand implements Callable<Integer> {

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final int CHUNK = 64 * 1024;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Parameters(
            paramLabel = "SERVICE",
            description = "kafka, registry, webhook-ingest, presence-history, ws-gateway, livekit or launcher.")
    @SuppressWarnings("NullAway.Init")
    private String service;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on showing what it says, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "How many of the last lines to show first (default: ${DEFAULT-VALUE}).")
    private int lines = 200;

    @Option(names = "--raw", description = "Show the lines as they are, for programs.")
    private boolean raw;

    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path log = rollcall.data().log(service);
        if (!Files.isRegularFile(log)) {
            throw new StackException("There is no log of " + service + " yet; there are logs of: " + known(log));
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(startOfLastLines(file));
            copy(file);
            while (follow) {
                Thread.sleep(LOOK_EVERY);
                copy(file);
            }
        }
        return 0;
    }

    private long startOfLastLines(RandomAccessFile file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int seen = 0;
        long end = file.length();
        while (end > 0) {
            long begin = Math.max(0, end - CHUNK);
            int length = (int) (end - begin);
            file.seek(begin);
            file.readFully(chunk, 0, length);
            for (int i = length - 1; i >= 0; i--) {
                // The newline that ends the last line begins no other.
                if (chunk[i] == '\n' && begin + i + 1 < file.length() && ++seen == lines) {
                    return begin + i + 1;
                }
            }
            end = begin;
        }
        return 0;
    }

    /** Shows what is there; an unfinished last line waits for its end. */
    private void copy(RandomAccessFile file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int length;
        while ((length = file.read(chunk)) > 0) {
            for (int i = 0; i < length; i++) {
                if (chunk[i] == '\n') {
                    String line = unfinished.toString(UTF_8);
                    System.out.println(raw ? line : LogLine.render(line));
                    unfinished.reset();
                } else {
                    unfinished.write(chunk[i]);
                }
            }
        }
    }

    private static String known(Path log) throws IOException {
        var names = new TreeSet<String>();
        Path folder = log.getParent();
        if (folder != null && Files.isDirectory(folder)) {
            try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
                logs.forEach(file -> names.add(file.getFileName().toString().replace(".log", "")));
            }
        }
        return names.isEmpty() ? "nothing" : String.join(", ", names);
    }
}
