package io.rollcall.local;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A process for the supervisor to watch: says that it is ready, and notes down how it was started and stopped. */
final class FakePart {

    private FakePart() {}

    /** PORT NOTES [die|never-ready]. */
    public static void main(String[] arguments) throws IOException {
        Path notes = Path.of(arguments[1]);
        String manner = arguments.length > 2 ? arguments[2] : "";
        note(notes, "started");
        if (manner.equals("die")) {
            System.out.println("I cannot go on");
            System.exit(7);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> note(notes, "stopped")));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(manner.equals("never-ready") ? 503 : 200, -1);
            exchange.close();
        });
        server.start();
    }

    private static void note(Path notes, String what) {
        try {
            Files.write(notes, List.of(what), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
