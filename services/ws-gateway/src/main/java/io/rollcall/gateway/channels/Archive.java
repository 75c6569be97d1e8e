package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.domain.Publication;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where what the ring of a stream has let go of can still be read. */
public interface Archive {

    /** Nothing is kept anywhere else. */
    Archive NONE = new Archive() {
        @Override
        public long floor(long top) {
            return Long.MAX_VALUE;
        }

        @Override
        public CompletionStage<Part> read(long after, int limit) {
            return CompletableFuture.failedStage(new IllegalStateException("nothing is kept"));
        }
    };

    /** Everything after this offset can be read, as far as is known, for a stream that stands at {@code top}. */
    long floor(long top);

    /** The oldest publications after an offset. Fails when they cannot be had, or not now. Waits for nothing itself. */
    CompletionStage<Part> read(long after, int limit);

    /**
     * Publications in order.
     *
     * @param upTo between the offset that was asked for and this one there are no others
     */
    record Part(List<Publication> publications, long upTo) {
        public Part {
            publications = List.copyOf(publications);
        }
    }
}
