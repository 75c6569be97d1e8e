package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Resume;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What is behind the name of a channel: who joins it is sent its publications, in order. */
public sealed interface Stream permits PositionedStream, SnapshotStream {

    /** What came of a wish to subscribe. */
    sealed interface Joining {

        /**
         * Registered and held back: {@link #advance} lets publications through once the answer is on its way.
         *
         * @param more that pages are to follow, pulled with {@link #advance} as the subscriber takes them
         */
        record Joined(StreamPosition position, boolean recovered, List<Publication> publications, boolean more)
                implements Joining {
            public Joined {
                publications = List.copyOf(publications);
            }
        }

        /** Cannot be given what it lacks, as far as this instance knows. */
        record Unrecoverable(boolean sameEpoch) implements Joining {}

        /** The stream is no more: ask for it by name again. */
        record Retired() implements Joining {}
    }

    /** What comes next for a subscriber that is behind. */
    sealed interface Advance {

        /** It has everything, or is over. */
        record Done() implements Advance {}

        /** It is still behind and wants to be called again when it has room. */
        record More() implements Advance {}

        /** What it lacks is on its way; it is to be given to it with {@link #give}. */
        record Reading(CompletionStage<Archive.Part> part) implements Advance {}
    }

    /** Publications, and where the stream stood when they were read. */
    record Page(List<Publication> publications, StreamPosition position) {
        public Page {
            publications = List.copyOf(publications);
        }
    }

    /** Registers a subscriber that begins with what comes. */
    Joining join(Subscription subscription);

    /** Registers a subscriber behind the position it had, if everything since can be given to it. */
    Joining rejoin(Subscription subscription, Resume resume, int pageLimit);

    /**
     * Registers a subscriber in the place of another one of the same client, which ends with it: nothing goes to both, and
     * nothing is lost between the two. The other one stays when this one cannot join.
     */
    Joining takeOver(Subscription before, Subscription subscription, Resume resume, int pageLimit);

    /** Gives a subscriber that is behind its next page, or has it read where it is kept. */
    Advance advance(Subscription subscription, int pageLimit);

    /** Gives a subscriber what was read for it where it stands. */
    void give(Subscription subscription, Archive.Part part);

    /** Ends a subscription because it cannot be given what it lacks. */
    void giveUp(Subscription subscription);

    /** Ends a subscription; one that is over already stays so. */
    void leave(Subscription subscription);

    /** Whether a subscription is still going on. */
    boolean holds(Subscription subscription);

    /**
     * A page of what is left of the stream, from a position on, or from an end of it when there is none; null where
     * nothing is kept.
     *
     * @param limit 0: only where it stands
     */
    @Nullable
    Page history(@Nullable Long since, int limit, boolean reverse);
}
