package io.rollcall.bench.quota;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.rollcall.bench.load.Histogram;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The usual limiter: a sorted set of leases by the time they end, for each agency, and a script that drops what has
 * ended, counts, and adds. Redis runs scripts one after the other, so it is exact while its memory lives.
 */
final class RedisLimiter implements AutoCloseable {

    private static final String RESERVE = """
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
            if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
            redis.call('ZADD', KEYS[1], ARGV[3], ARGV[4])
            return 1
            """;
    private static final long LEASE_MILLIS = 60_000;
    private static final String LIMIT = "1000000";
    private static final int ANSWER_WITHIN_SECONDS = 10;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final String name;
    private final String script;
    private final int agencies;
    private final Semaphore permits;
    private final int inFlight;
    private final Queue<String> granted = new ConcurrentLinkedQueue<>();
    /** Answers come on the connection's own thread, one after the other. */
    private final Histogram latencies = new Histogram();

    private int sent;

    /** Makes leases with this name and a number. */
    RedisLimiter(RedisClient client, String name, int inFlight, int agencies) {
        this.client = client;
        this.name = name;
        this.connection = client.connect();
        this.script = connection.sync().scriptLoad(RESERVE);
        this.inFlight = inFlight;
        this.permits = new Semaphore(inFlight);
        this.agencies = agencies;
    }

    /**
     * Reserves without pause, so many in flight, for so long or until nobody answers any more.
     *
     * @return how long that took
     */
    Duration reserve(Duration time) throws IOException {
        RedisAsyncCommands<String, String> redis = connection.async();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        try {
            while (System.nanoTime() < end && connection.isOpen()) {
                if (permits.tryAcquire(1, TimeUnit.SECONDS)) {
                    reserve(redis, name + "-" + sent, "agency-" + sent++ % agencies);
                }
            }
            // Those that are still on their way: answered, or failed with the connection.
            if (permits.tryAcquire(inFlight, ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                permits.release(inFlight);
            }
            return Duration.ofNanos(System.nanoTime() - began);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Redis was asked", e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void reserve(RedisAsyncCommands<String, String> redis, String lease, String agency) {
        long now = System.currentTimeMillis();
        long began = System.nanoTime();
        redis.<Long>evalsha(
                        script,
                        ScriptOutputType.INTEGER,
                        new String[] {agency},
                        Long.toString(now),
                        LIMIT,
                        Long.toString(now + LEASE_MILLIS),
                        lease)
                .whenComplete((answer, failure) -> {
                    if (failure == null && answer == 1) {
                        latencies.add(System.nanoTime() - began);
                        granted.add(lease + " " + agency);
                    }
                    permits.release();
                });
    }

    /** Of the granted ones. */
    Histogram latencies() {
        return latencies;
    }

    /** How many were granted and acknowledged. */
    int granted() {
        return granted.size();
    }

    /** How many of the granted ones another Redis does not know. */
    long unknownTo(RedisClient other) {
        try (StatefulRedisConnection<String, String> asked = other.connect()) {
            return granted.stream()
                    .map(lease -> List.of(lease.split(" ", 2)))
                    .filter(lease -> asked.sync().zscore(lease.get(1), lease.get(0)) == null)
                    .count();
        }
    }

    @Override
    public void close() {
        connection.close();
        client.close();
    }
}
