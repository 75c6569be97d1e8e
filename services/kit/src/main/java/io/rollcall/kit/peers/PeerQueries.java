package io.rollcall.kit.peers;

import io.rollcall.kit.web.UnavailableException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Questions to all instances of this service: from the own stores what is here, from the others what is there. A part
 * that changes its place, as at each rebalance, is waited for, for a second at most.
 */
public final class PeerQueries implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** A task is open at its new place within some hundred milliseconds where its state has been copied before. */
    private static final Duration MOVES_WITHIN = Duration.ofSeconds(1);

    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private final Instances instances;
    private final PeerClient peers;

    /** Asks these; the client is closed with it. */
    public PeerQueries(Instances instances, PeerClient peers) {
        this.instances = instances;
        this.peers = peers;
    }

    /** What one instance says: {@link Instances#gather} takes no null. */
    private record Found<T>(@Nullable T answer) {}

    /**
     * What whoever has this key says; null when there is no such thing.
     *
     * @param question path and query, as for {@link PeerClient#ask}
     * @param here the same of a partition of this instance
     * @throws UnavailableException when nobody who has it answers
     */
    public <T> @Nullable T ofKey(String key, String question, TypeReference<T> type, IntFunction<@Nullable T> here) {
        return patiently(() -> {
                    int partition = instances.partitionOf(key);
                    return instances.gather(
                            List.of(partition),
                            (host, partitions) -> new Found<>(
                                    instances.isSelf(host)
                                            ? here.apply(partition)
                                            : peers.ask(host, question, partitions, type)));
                })
                .getFirst()
                .answer();
    }

    /** What the first says that knows a thing of which nothing tells the partition; null when nobody does. */
    public <T> @Nullable T ofAny(
            String question, TypeReference<T> type, Function<Collection<Integer>, @Nullable T> here) {
        return patiently(() -> instances.gather(
                        instances.allPartitions(),
                        (host, partitions) -> new Found<>(
                                instances.isSelf(host)
                                        ? here.apply(partitions)
                                        : peers.ask(host, question, partitions, type))))
                .stream()
                .map(Found::answer)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** What all of them say, each of its partitions. */
    public <T> List<T> ofAll(String question, TypeReference<T> type, Function<Collection<Integer>, T> here) {
        return patiently(() -> instances.gather(
                instances.allPartitions(),
                (host, partitions) ->
                        instances.isSelf(host) ? here.apply(partitions) : there(host, question, partitions, type)));
    }

    private static <T> T patiently(Supplier<T> question) {
        long giveUpAt = System.nanoTime() + MOVES_WITHIN.toNanos();
        while (true) {
            try {
                return question.get();
            } catch (UnavailableException e) {
                if (System.nanoTime() > giveUpAt || !pause()) {
                    throw e;
                }
            }
        }
    }

    /** False when this thread is wanted for nothing any more. */
    private static boolean pause() {
        try {
            Thread.sleep(LOOK_EVERY);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <T> T there(HostInfo host, String question, Collection<Integer> partitions, TypeReference<T> type) {
        T answer = peers.ask(host, question, partitions, type);
        if (answer == null) {
            throw new UnavailableException("Another instance does not know this question.", RETRY_AFTER);
        }
        return answer;
    }

    /** One more parameter of a question that has one; nothing when there is no value. */
    public static String parameter(String name, @Nullable Object value) {
        return value == null ? "" : "&" + name + "=" + encoded(value.toString());
    }

    /** A value in a question. */
    public static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        peers.close();
    }
}
