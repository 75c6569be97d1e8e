package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has a port that we want.
 *
 * @param port the port that is taken
 * @param process the process that has it; null when this system does not tell us
 */
public record PortHolder(Port port, @Nullable ProcessHandle process) {

    private static final Path PROC = Path.of("/proc");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final String LISTENING = "0A";
    private static final int COMMAND_LENGTH = 120;

    /** A port on the loopback address. */
    public record Port(int number, Protocol protocol) {

        /** What is listened to with it. */
        public enum Protocol {
            TCP,
            UDP
        }

        /** A port for connections. */
        public static Port tcp(int number) {
            return new Port(number, Protocol.TCP);
        }

        /** A port for datagrams. */
        public static Port udp(int number) {
            return new Port(number, Protocol.UDP);
        }

        boolean free() {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
            try {
                switch (protocol) {
                    case TCP -> {
                        try (var socket = new ServerSocket()) {
                            socket.setReuseAddress(true);
                            socket.bind(address);
                        }
                    }
                    case UDP -> new DatagramSocket(address).close();
                }
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public String toString() {
            return protocol == Protocol.TCP ? Integer.toString(number) : number + "/udp";
        }
    }

    /** Who has one of these ports; empty when all are free. */
    static List<PortHolder> of(List<Port> ports) {
        return ports.stream()
                .filter(port -> !port.free())
                .map(port -> new PortHolder(port, holder(port).orElse(null)))
                .toList();
    }

    /** Which process it is, in words. */
    String describe() {
        if (process == null) {
            return "a process that this user may not see";
        }
        return "process " + process.pid() + ": " + command(process);
    }

    /** A process's command without what nobody wants to read: class paths and switches of virtual machines. */
    static String command(ProcessHandle process) {
        List<String> words = new ArrayList<>();
        boolean skip = false;
        for (String word : arguments(process)) {
            if (skip) {
                skip = false;
            } else if (Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path")
                    .contains(word)) {
                skip = true;
            } else if (!Stream.of("-X", "-D", "--add-", "--enable-", "--sun-", "-agent", "-javaagent")
                    .anyMatch(word::startsWith)) {
                words.add(word);
            }
        }
        String command = String.join(" ", words);
        if (command.isEmpty()) {
            command = process.info().command().orElse("unknown command");
        }
        return command.length() <= COMMAND_LENGTH ? command : command.substring(0, COMMAND_LENGTH) + "…";
    }

    private static List<String> arguments(ProcessHandle process) {
        try {
            // ProcessHandle's own arguments are missing when the command line is longer than a page.
            String line =
                    Files.readString(PROC.resolve(Long.toString(process.pid())).resolve("cmdline"));
            return List.of(line.split("\0", 0));
        } catch (IOException | RuntimeException e) {
            return List.of(process.info().commandLine().orElse("").split(" ", 0));
        }
    }

    private static Optional<ProcessHandle> holder(Port port) {
        Optional<Long> pid = Files.isDirectory(PROC.resolve("net")) ? holderByProc(port) : holderByLsof(port);
        return pid.flatMap(ProcessHandle::of);
    }

    private static Optional<Long> holderByProc(Port port) {
        var sockets = new HashSet<String>();
        String table = port.protocol().name().toLowerCase(Locale.ROOT);
        for (String name : List.of(table, table + "6")) {
            try {
                for (String line : Files.readAllLines(PROC.resolve("net").resolve(name))) {
                    String[] columns = SPACES.split(line.strip(), -1);
                    if (columns.length > 9
                            && columns[1].endsWith(":%04X".formatted(port.number()))
                            && (port.protocol() == Port.Protocol.UDP || columns[3].equals(LISTENING))) {
                        sockets.add("socket:[" + columns[9] + "]");
                    }
                }
            } catch (IOException e) {
                // No such table, such as without IPv6.
            }
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> hasOneOf(pid, sockets))
                .findFirst();
    }

    private static boolean hasOneOf(long pid, Set<String> sockets) {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
            for (Path file : files) {
                if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException e) {
            // Another user's process, or one that ended while we looked.
        }
        return false;
    }

    private static Optional<Long> holderByLsof(Port port) {
        String what = "-i" + port.protocol() + ":" + port.number();
        try {
            Process lsof = new ProcessBuilder("lsof", "-nP", "-t", what)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(lsof.getInputStream().readAllBytes(), UTF_8);
            lsof.waitFor(5, TimeUnit.SECONDS);
            return output.lines().findFirst().map(Long::valueOf);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
