package io.rollcall.session.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.SingleObjectSerde;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subject's things in Redis, by id and by owner. Of two states of a thing the newer stays, in whatever order they are
 * written. Every future completes on the client's thread: nobody may wait there. While Redis does not answer in time, or
 * does not hold everything yet, they fail with {@link UnavailableException}.
 */
public final class ReadModel<V extends SpecificRecord> {

    /** How long what was removed can still be read, as removed. */
    public static final Duration REMOVED_FOR = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(ReadModel.class);
    private static final Script GET = Script.of("get", "known");
    private static final Script PAGE = Script.of("page", "known");
    private static final Script APPLY = Script.of("apply", "keep");
    private static final Script BEGIN = Script.of("begin");
    private static final Script STATE = Script.of("state", "known");
    private static final Script PUT = Script.of("put", "known", "keep");
    private static final Duration TRY = Duration.ofMillis(250);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 3;
    private static final byte[] NOTHING = {};

    private final Subject<V> subject;
    private final RedisLink link;
    private final MeterRegistry meters;
    private final Keys keys;
    private final SingleObjectSerde<V> serde;
    private volatile Generations known = Generations.NONE;

    /** The things of one subject. */
    public ReadModel(Subject<V> subject, RedisLink link, MeterRegistry meters) {
        this.subject = subject;
        this.link = link;
        this.meters = meters;
        this.keys = new Keys(subject.name());
        this.serde = new SingleObjectSerde<>(subject.topic().value());
    }

    /** Writes a state, unless Redis has one that is as new. */
    public CompletableFuture<Void> put(V state) {
        Entry entry = entry(state);
        return ask(PUT, generations -> {
                    List<byte[]> where = new ArrayList<>();
                    where.add(keys.generations());
                    for (String generation : List.of(generations.current(), generations.building())) {
                        if (!generation.isEmpty()) {
                            where.add(keys.document(generation, entry.id()));
                            where.add(keys.owner(generation, entry.owner()));
                        }
                    }
                    return new Call(
                            where.toArray(byte[][]::new),
                            arguments(
                                    generations,
                                    text(entry.version()),
                                    entry.member(),
                                    entry.expires(),
                                    entry.state()));
                })
                .thenApply(answer -> {
                    if (!word(answer).equals("kept")) {
                        throw unavailable("are being read from the log again");
                    }
                    return null;
                });
    }

    /**
     * Writes a state if that takes no time worth mentioning, and never fails: true when it is there. Otherwise the
     * projector brings it a little later.
     */
    public CompletableFuture<Boolean> tryPut(V state) {
        return put(state).orTimeout(TRY.toMillis(), TimeUnit.MILLISECONDS).handle((_, failure) -> {
            if (failure != null) {
                meters.counter("rollcall.reads.puts.given.up", "reads", subject.name())
                        .increment();
            }
            return failure == null;
        });
    }

    /** A thing by its id; what was removed can be read as such for {@link #REMOVED_FOR}. */
    public CompletableFuture<Optional<V>> get(String id) {
        return ask(
                        GET,
                        generations -> new Call(
                                new byte[][] {
                                    keys.generations(),
                                    keys.filling(generations.current()),
                                    keys.document(generations.current(), id)
                                },
                                arguments(generations)))
                .thenApply(answer -> switch (word(answer)) {
                    case "found" -> Optional.of(decode(answer.get(1)));
                    case "absent" -> Optional.empty();
                    default -> throw unavailable("are being read from the log");
                });
    }

    /** A page of what is somebody's and lives, in the order of creation; after the given id, or from the first. */
    public CompletableFuture<Listing<V>> ofOwner(String owner, @Nullable String after, int limit) {
        if (after != null && after.isEmpty()) {
            return CompletableFuture.completedFuture(new Listing.UnknownPosition<>());
        }
        return ask(
                        PAGE,
                        generations -> new Call(
                                new byte[][] {
                                    keys.generations(),
                                    keys.filling(generations.current()),
                                    keys.owner(generations.current(), owner)
                                },
                                arguments(
                                        generations,
                                        text(keys.documents(generations.current())),
                                        text(after == null ? "" : after),
                                        text(limit))))
                .thenApply(answer -> switch (word(answer)) {
                    case "found" ->
                        new Listing.Found<>(answer.subList(1, answer.size()).stream()
                                .map(this::decode)
                                .toList());
                    case "unknown" -> new Listing.UnknownPosition<>();
                    default -> throw unavailable("are being read from the log");
                });
    }

    /**
     * Puts an empty generation in the place of the one that is known here, to be filled from the beginning of the topic;
     * unless somebody else has done so already.
     */
    CompletableFuture<Generations> begin(String topicId, int partitions) {
        Generations before = known;
        String next = newGeneration();
        return link.list(
                        BEGIN,
                        new byte[][] {keys.generations(), keys.retired(), keys.filling(next)},
                        arguments(before, text(next), text(topicId), text(partitions)))
                .thenApply(this::learn);
    }

    /** A name that no generation had. */
    static String newGeneration() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    /** How far the current generation is; nothing when there is none. */
    CompletableFuture<Optional<Progress>> progress() {
        return ask(
                        STATE,
                        generations -> new Call(
                                new byte[][] {
                                    keys.generations(),
                                    keys.positions(generations.current()),
                                    keys.filling(generations.current()),
                                    keys.lease(),
                                    keys.retired()
                                },
                                arguments(generations)))
                .thenApply(answer -> word(answer).equals("known") ? Optional.of(progress(answer)) : Optional.empty());
    }

    /**
     * How far a generation is.
     *
     * @param generation which one
     * @param topicId of which topic it is filled
     * @param positions the next offset by partition; none where nothing was read yet
     * @param filling the partitions that were not read to their end yet
     * @param retired how many generations are to be swept
     */
    record Progress(
            String generation, String topicId, Map<Integer, Long> positions, Set<Integer> filling, long retired) {}

    private Progress progress(List<Object> answer) {
        List<?> fields = (List<?>) answer.get(3);
        Map<Integer, Long> positions = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            positions.put(Integer.valueOf(string(fields.get(i))), Long.valueOf(string(fields.get(i + 1))));
        }
        Set<Integer> filling = new HashSet<>();
        ((List<?>) answer.get(4)).forEach(partition -> filling.add(Integer.valueOf(string(partition))));
        return new Progress(string(answer.get(1)), string(answer.get(2)), positions, filling, (Long) answer.get(5));
    }

    /**
     * Writes records of one partition and the position behind them as one step, where the position before them is the
     * one that Redis has.
     */
    CompletableFuture<Applied> apply(Role role, String generation, Step step) {
        List<byte[]> where = new ArrayList<>(4 + 2 * step.changes().size());
        where.add(keys.generations());
        where.add(keys.positions(generation));
        where.add(keys.filling(generation));
        where.add(keys.lease());
        List<byte[]> what = new ArrayList<>(6 + 4 * step.changes().size());
        what.add(text(role.field));
        what.add(text(generation));
        what.add(text(step.partition()));
        what.add(step.from() == NOWHERE ? NOTHING : text(step.from()));
        what.add(text(step.next()));
        what.add(text(step.end() ? 1 : 0));
        for (Change change : step.changes()) {
            Entry entry = change.entry();
            byte[] document = keys.document(generation, change.id());
            where.add(document);
            where.add(entry == null ? document : keys.owner(generation, entry.owner()));
            what.add(entry == null ? NOTHING : text(entry.version()));
            what.add(entry == null ? NOTHING : entry.member());
            what.add(entry == null ? NOTHING : entry.expires());
            what.add(entry == null ? NOTHING : entry.state());
        }
        return link.value(APPLY, where.toArray(byte[][]::new), what.toArray(byte[][]::new))
                .thenApply(answer -> Applied.valueOf(string(answer).toUpperCase(Locale.ROOT)));
    }

    /** Where a partition is of which nothing was read yet. */
    static final long NOWHERE = -1;

    /** Which place a generation has that is written to. */
    enum Role {
        CURRENT("current"),
        BUILDING("building");

        private final String field;

        Role(String field) {
            this.field = field;
        }
    }

    /** What became of a step. */
    enum Applied {
        APPLIED,
        /** The generation is not what it was. */
        MOVED,
        /** Redis' position is another one. */
        ELSEWHERE,
        /** The current generation is about to be replaced, and stands still for that. */
        HELD
    }

    /**
     * Some records of one partition.
     *
     * @param from the position before them; {@link #NOWHERE} when nothing was read yet
     * @param next the position behind them
     * @param end whether the partition's end has been reached, as it was when the generation began
     */
    record Step(int partition, long from, long next, boolean end, List<Change> changes) {}

    /** A new state of a thing, or its end. */
    record Change(String id, @Nullable Entry entry) {}

    Subject<V> subject() {
        return subject;
    }

    RedisLink link() {
        return link;
    }

    Keys keys() {
        return keys;
    }

    /** What the scripts keep of a state. */
    Entry entry(V state) {
        String id = subject.id().apply(state);
        Instant removed = subject.removal().at(state);
        return new Entry(
                id,
                subject.owner().apply(state),
                subject.version().applyAsLong(state),
                text(String.format("%013d|%s", subject.createdAt().apply(state).toEpochMilli(), id)),
                removed == null ? NOTHING : text(removed.plus(REMOVED_FOR).toEpochMilli()),
                Objects.requireNonNull(serde.serialize(subject.topic().name(), state)));
    }

    /**
     * A state as it is kept.
     *
     * @param member its place in its owner's list: by creation, then by id
     * @param expires in epoch milliseconds; empty while it lives
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(String id, String owner, long version, byte[] member, byte[] expires, byte[] state) {}

    /** What a script is run with. */
    @SuppressWarnings("ArrayRecordComponent")
    record Call(byte[][] keys, byte[][] arguments) {}

    /** Runs a script in the generations that are known here, and again when others have taken their place. */
    CompletableFuture<List<Object>> ask(Script script, Function<Generations, Call> call) {
        return ask(script, call, ATTEMPTS)
                // Counted already, and logged where the connection is watched.
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        RedisLink.cause(failure) instanceof RedisException ? unavailable("cannot be read") : failure));
    }

    private CompletableFuture<List<Object>> ask(Script script, Function<Generations, Call> call, int attempts) {
        Call now = call.apply(known);
        return link.list(script, now.keys(), now.arguments()).thenCompose(answer -> {
            if (!word(answer).equals("moved")) {
                return CompletableFuture.completedFuture(answer);
            }
            learn(answer);
            return attempts > 1
                    ? ask(script, call, attempts - 1)
                    : CompletableFuture.failedFuture(unavailable("are being rebuilt"));
        });
    }

    /** Takes over what a script said that the generations are. */
    Generations learn(List<Object> moved) {
        var generations = new Generations(string(moved.get(1)), string(moved.get(2)));
        known = generations;
        return generations;
    }

    Generations known() {
        return known;
    }

    static byte[][] arguments(Generations generations, byte[]... more) {
        byte[][] all = new byte[2 + more.length][];
        all[0] = text(generations.current());
        all[1] = text(generations.building());
        System.arraycopy(more, 0, all, 2, more.length);
        return all;
    }

    static String word(List<Object> answer) {
        return string(answer.getFirst());
    }

    static String string(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }

    static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] text(long number) {
        return text(Long.toString(number));
    }

    private V decode(Object bytes) {
        try {
            return Objects.requireNonNull(serde.deserialize(subject.topic().name(), (byte[]) bytes));
        } catch (SerializationException e) {
            LOG.atError()
                    .addKeyValue(LogKeys.TOPIC, subject.name())
                    .setCause(e)
                    .log("what Redis holds cannot be decoded: rebuild the reads");
            throw unavailable("cannot be decoded");
        }
    }

    private UnavailableException unavailable(String why) {
        return new UnavailableException(subject.name() + " " + why + " right now", RETRY_AFTER);
    }
}
