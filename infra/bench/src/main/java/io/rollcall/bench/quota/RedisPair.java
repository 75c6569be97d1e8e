package io.rollcall.bench.quota;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.rollcall.local.DataFolder;
import io.rollcall.local.RedisProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A Redis and a replica of it, as one would run them for a failover; nothing is kept on disk. */
final class RedisPair implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int primaryPort = freePort();
    private final int replicaPort = freePort();
    private final Process primary;
    private final Process replica;

    RedisPair(DataFolder data) throws IOException {
        Path program = RedisProgram.find(data);
        // A replica writes what it is given at first into the folder it runs in.
        Path folder = data.of("redis-peer");
        primary = start(program, folder, primaryPort);
        replica = start(program, folder, replicaPort, "--replicaof", "127.0.0.1", Integer.toString(primaryPort));
        try (RedisClient client = client(primaryPort)) {
            await(() -> {
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    return connection.sync().info("replication").contains("state=online");
                } catch (RuntimeException e) {
                    return false;
                }
            });
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    RedisClient primary() {
        return client(primaryPort);
    }

    /** The primary dies; what the replica has is what there is. */
    RedisClient failOver() {
        primary.destroyForcibly().onExit().join();
        RedisClient client = client(replicaPort);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().replicaofNoOne();
        }
        return client;
    }

    private static Process start(Path program, Path folder, int port, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no"));
        command.addAll(Arrays.asList(more));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static RedisClient client(int port) {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(PATIENCE)
                .build());
        // What was on its way when it died has failed, and is not sent to somebody else.
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        return client;
    }

    private static void await(BooleanSupplier condition) throws IOException {
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - giveUpAt > 0) {
                throw new IOException("Redis has no replica after " + PATIENCE.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while Redis started", e);
            }
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        primary.destroyForcibly();
        replica.destroyForcibly();
    }
}
