package io.rollcall.sim.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A port on which something is served, and which can be closed and opened again. */
public final class Listener implements AutoCloseable {

    static {
        // Else an answer waits for the client's delayed acknowledgement: 40 ms instead of one.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // The JDK closes idle connections beyond 200, and takes any number; a load has more, a heap room for these.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
        System.setProperty("jdk.httpserver.maxConnections", "2000");
    }

    private static final int BACKLOG = 1024;

    private final HttpHandler handler;
    private final ExecutorService exchanges = Executors.newVirtualThreadPerTaskExecutor();
    private InetSocketAddress address;
    private @Nullable HttpServer server;

    private Listener(InetSocketAddress address, HttpHandler handler) {
        this.address = address;
        this.handler = handler;
    }

    /** Listens on this address; port 0 is any that is free. */
    public static Listener on(String address, int port, HttpHandler handler) throws IOException {
        var listener = new Listener(new InetSocketAddress(address, port), handler);
        listener.listen();
        return listener;
    }

    private synchronized void listen() throws IOException {
        HttpServer next = HttpServer.create(address, BACKLOG);
        next.setExecutor(exchanges);
        next.createContext("/", handler);
        next.start();
        server = next;
        address = next.getAddress();
    }

    /** Where it listens. */
    public synchronized int port() {
        return address.getPort();
    }

    /** Refuses connections from now on, and cuts those that are open. */
    public synchronized void shut() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    /** Whether connections are taken. */
    public synchronized boolean isOpen() {
        return server != null;
    }

    /** Takes connections again, on the same port. */
    public synchronized void reopen() {
        if (server == null) {
            try {
                listen();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot listen on " + address + " again", e);
            }
        }
    }

    @Override
    public void close() {
        shut();
        exchanges.shutdownNow();
    }
}
