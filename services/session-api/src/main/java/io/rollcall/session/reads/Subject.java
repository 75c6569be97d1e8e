package io.rollcall.session.reads;

import io.rollcall.schemas.Topic;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * One kind of thing that is read from Redis, by id and by owner.
 *
 * @param topic its state: compacted, keyed by id; also the model's name
 * @param id what it is known by
 * @param version counts its changes: of two states the one with the higher version is the newer
 * @param owner in whose list it is while it lives
 * @param createdAt its place in that list
 * @param removal when it was removed; null while it lives
 */
public record Subject<V extends SpecificRecord>(
        Topic<V> topic,
        Function<V, String> id,
        ToLongFunction<V> version,
        Function<V, String> owner,
        Function<V, Instant> createdAt,
        Removal<V> removal) {

    /** When something was removed. */
    @FunctionalInterface
    public interface Removal<V> {

        /** Null while it lives. */
        @Nullable
        Instant at(V state);
    }

    String name() {
        return topic.name();
    }
}
