package io.rollcall.session.reads;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.KafkaPhases;
import io.rollcall.kit.log.LogKeys;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The one connection to Redis that everything here shares. No caller ever waits for it: it is made, watched and made anew
 * in the background, and while there is none every command fails at once.
 */
public final class RedisLink implements SmartLifecycle, ReadinessCheck {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration BETWEEN_PINGS = Duration.ofSeconds(1);
    private static final Duration PING = Duration.ofMillis(500);
    /** A connection that says nothing for so long is broken, whatever TCP thinks of it. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final LettuceConnectionFactory factory;
    private final MeterRegistry meters;
    private final AtomicLong connections = new AtomicLong();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable StatefulConnection<byte[], byte[]> connection;
    private volatile @Nullable String trouble = "not connected yet";
    private volatile @Nullable Thread watch;

    /** Connects as the factory is configured, once it is started. */
    public RedisLink(LettuceConnectionFactory factory, MeterRegistry meters) {
        this.factory = factory;
        this.meters = meters;
    }

    /** How often a connection was made so far: after a change, what Redis held may be gone. */
    long connections() {
        return connections.get();
    }

    /** Runs a script that answers with a list. Completed on the client's thread, where nobody waits. */
    CompletableFuture<List<Object>> list(Script script, byte[][] keys, byte[][] values) {
        return run(script, ScriptOutputType.MULTI, keys, values);
    }

    /** Runs a script that answers with one value. */
    CompletableFuture<byte[]> value(Script script, byte[][] keys, byte[][] values) {
        return run(script, ScriptOutputType.VALUE, keys, values);
    }

    private <T> CompletableFuture<T> run(Script script, ScriptOutputType type, byte[][] keys, byte[][] values) {
        Timer.Sample time = Timer.start(meters);
        return counted(script.name(), () -> {
                    RedisClusterAsyncCommands<byte[], byte[]> commands = commands();
                    return commands.<T>evalsha(script.digest(), type, keys, values)
                            .toCompletableFuture()
                            .exceptionallyCompose(failure -> cause(failure) instanceof RedisNoScriptException
                                    ? commands.<T>eval(script.text(), type, keys, values)
                                            .toCompletableFuture()
                                    : CompletableFuture.failedFuture(failure));
                })
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        time.stop(Timer.builder("rollcall.redis.script")
                                .tag("script", script.name())
                                .description("from sending a script to its answer")
                                .register(meters));
                    }
                });
    }

    /** Sends a plain command; a failure is counted under the given name. */
    <T> CompletableFuture<T> counted(String name, Supplier<? extends CompletionStage<T>> command) {
        CompletableFuture<T> answer;
        try {
            answer = command.get().toCompletableFuture();
        } catch (RedisException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((_, failure) -> {
            if (failure != null) {
                meters.counter("rollcall.redis.failures", "command", name).increment();
            }
        });
    }

    /** Commands on the connection. */
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        StatefulConnection<byte[], byte[]> known = connection;
        if (known == null) {
            throw new RedisException("not connected");
        }
        return commands(known);
    }

    @Override
    public String name() {
        return "redis";
    }

    /** Never down: what is read from Redis answers 503 meanwhile, everything else goes on. */
    @Override
    public Readiness check() {
        String why = trouble;
        return why == null ? Readiness.up() : Readiness.degraded(why);
    }

    @Override
    public synchronized void start() {
        if (watch == null && end.getCount() > 0) {
            AbstractRedisClient client = factory.getRequiredNativeClient();
            client.addListener(new RedisConnectionStateListener() {
                @Override
                public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
                    connections.incrementAndGet();
                }
            });
            watch = Thread.ofVirtual().name("redis-link").start(() -> watch(client));
        }
    }

    @Override
    public void stop() {
        end.countDown();
        Thread running = watch;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        Thread running = watch;
        return running != null && running.isAlive();
    }

    /** There before those who fill and read, and until the last request has gone. */
    @Override
    public int getPhase() {
        return KafkaPhases.VIEWS - 1;
    }

    private void watch(AbstractRedisClient client) {
        long answered = System.nanoTime();
        while (end.getCount() > 0) {
            try {
                StatefulConnection<byte[], byte[]> known = connection;
                if (known == null) {
                    known = connect(client);
                    connection = known;
                }
                commands(known).ping().get(PING.toMillis(), TimeUnit.MILLISECONDS);
                answered = System.nanoTime();
                recovered();
            } catch (RedisException | ExecutionException | TimeoutException e) {
                troubled(e);
                if (System.nanoTime() - answered > SILENCE.toNanos()) {
                    disconnect();
                    answered = System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            pause();
        }
        disconnect();
    }

    private static StatefulConnection<byte[], byte[]> connect(AbstractRedisClient client) {
        return switch (client) {
            case RedisClient single -> single.connect(ByteArrayCodec.INSTANCE);
            case RedisClusterClient cluster -> cluster.connect(ByteArrayCodec.INSTANCE);
            default -> throw new IllegalStateException("no client of Redis: " + client.getClass());
        };
    }

    private static RedisClusterAsyncCommands<byte[], byte[]> commands(StatefulConnection<byte[], byte[]> connection) {
        return switch (connection) {
            case StatefulRedisConnection<byte[], byte[]> single -> single.async();
            case StatefulRedisClusterConnection<byte[], byte[]> cluster -> cluster.async();
            default -> throw new IllegalStateException("no connection to Redis: " + connection.getClass());
        };
    }

    private void disconnect() {
        StatefulConnection<byte[], byte[]> known = connection;
        connection = null;
        if (known != null) {
            known.close();
        }
    }

    private void troubled(Exception e) {
        String why = "Redis does not answer: what is read from it answers 503 meanwhile, everything else goes on";
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.atWarn()
                    .addKeyValue(LogKeys.REASON, cause(e).getClass().getSimpleName())
                    .log("Redis does not answer");
        }
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            LOG.atInfo().log("Redis answers");
        }
    }

    private void pause() {
        try {
            end.await(BETWEEN_PINGS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a future failed with. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return (failure instanceof CompletionException || failure instanceof ExecutionException) && cause != null
                ? cause
                : failure;
    }
}
