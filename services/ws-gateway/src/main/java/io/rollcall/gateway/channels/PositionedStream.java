package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.Subscription.Phase;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.Recovery;
import io.rollcall.gateway.channels.domain.Ring;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Resume;
import io.rollcall.gateway.protocol.Encoding;
import io.rollcall.gateway.protocol.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One ordered stream of publications with its ring and its subscribers. A publication is encoded once for all who read
 * the same channel name in the same encoding. One lock; nothing is waited for under it.
 */
public final class PositionedStream implements Stream {

    private final Ring ring;
    private final Archive archive;
    private final Audiences audiences = new Audiences();
    private String epoch;
    private boolean retired;

    /** A stream whose ring says where it stands. */
    public PositionedStream(String epoch, Ring ring) {
        this(epoch, ring, Archive.NONE);
    }

    /** The same with what its ring has let go of. */
    public PositionedStream(String epoch, Ring ring, Archive archive) {
        this.epoch = epoch;
        this.ring = ring;
        this.archive = archive;
    }

    @Override
    public synchronized Joining join(Subscription subscription) {
        if (retired) {
            return new Joining.Retired();
        }
        register(subscription, ring.top());
        return new Joining.Joined(position(), false, List.of(), false);
    }

    @Override
    public synchronized Joining rejoin(Subscription subscription, Resume resume, int pageLimit) {
        if (retired) {
            return new Joining.Retired();
        }
        StreamPosition since = resume.position();
        return switch (Recovery.of(ring, epoch, since, pageLimit, archive.floor(ring.top()))) {
            case Recovery.Recovered(List<Publication> publications, boolean more) -> {
                register(
                        subscription,
                        publications.isEmpty()
                                ? since.offset()
                                : publications.getLast().offset());
                yield new Joining.Joined(new StreamPosition(epoch, since.offset()), true, publications, more);
            }
            case Recovery.Archived() -> {
                register(subscription, since.offset());
                yield new Joining.Joined(new StreamPosition(epoch, since.offset()), true, List.of(), true);
            }
            case Recovery.Lost() ->
                new Joining.Unrecoverable(
                        since.epoch().isEmpty() || since.epoch().equals(epoch));
            case Recovery.Ahead() -> new Joining.Unrecoverable(true);
        };
    }

    @Override
    public synchronized Joining takeOver(Subscription before, Subscription subscription, Resume resume, int pageLimit) {
        if (before.phase == Phase.ENDED) {
            return resume.recover() ? rejoin(subscription, resume, pageLimit) : join(subscription);
        }
        Joining joining = resume.recover()
                ? rejoin(subscription, behind(before, resume), pageLimit)
                : goOn(subscription, before.position);
        if (joining instanceof Joining.Joined) {
            leave(before);
        }
        return joining;
    }

    private Joining goOn(Subscription subscription, long position) {
        register(subscription, position);
        return new Joining.Joined(new StreamPosition(epoch, position), false, List.of(), position < ring.top());
    }

    /** A client that had everything up to where the other one began has what went to that one, or soon will. */
    private static Resume behind(Subscription before, Resume resume) {
        StreamPosition since = resume.position();
        return since.offset() >= before.from && since.offset() < before.position
                ? new Resume(true, new StreamPosition(since.epoch(), before.position))
                : resume;
    }

    @Override
    public synchronized Advance advance(Subscription subscription, int pageLimit) {
        if (subscription.phase != Phase.CATCHING_UP) {
            return new Advance.Done();
        }
        if (subscription.position < ring.floor()) {
            if (subscription.position >= archive.floor(ring.top())) {
                return new Advance.Reading(archive.read(subscription.position, page(subscription, pageLimit)));
            }
            interrupt(subscription);
            return new Advance.Done();
        }
        deliver(subscription, ring.after(subscription.position, page(subscription, pageLimit)));
        if (subscription.position < ring.top()) {
            return new Advance.More();
        }
        subscription.phase = Phase.LIVE;
        return new Advance.Done();
    }

    @Override
    public synchronized void give(Subscription subscription, Archive.Part part) {
        if (subscription.phase == Phase.CATCHING_UP) {
            deliver(subscription, part.publications());
            subscription.position = part.upTo();
        }
    }

    @Override
    public synchronized void giveUp(Subscription subscription) {
        if (subscription.phase != Phase.ENDED) {
            interrupt(subscription);
        }
    }

    @Override
    public synchronized void leave(Subscription subscription) {
        if (subscription.phase != Phase.ENDED) {
            subscription.phase = Phase.ENDED;
            audiences.remove(subscription);
        }
    }

    @Override
    public synchronized boolean holds(Subscription subscription) {
        return subscription.phase != Phase.ENDED;
    }

    /** Appends the successor of the latest publication and delivers it; the answer is how many took it. */
    public synchronized int publish(Publication publication) {
        long previous = ring.top();
        ring.append(publication);
        int delivered = 0;
        List<Subscription> interrupted = new ArrayList<>(0);
        for (Audience audience : audiences.all()) {
            delivered += audience.publish(publication, previous, interrupted);
        }
        interrupted.forEach(this::interrupt);
        return delivered;
    }

    /** It is about this agency now: who may not read of it is told so, and hears nothing more. */
    public synchronized void belongsTo(String agency) {
        audiences.belongTo(agency, this);
    }

    /** The log has a hole here, or begins anew: everybody is told, and nothing before the offset can be had any more. */
    public synchronized void breakOffAt(String newEpoch, long offset) {
        audiences.members().forEach(this::interrupt);
        epoch = newEpoch;
        ring.restartAt(offset);
    }

    /**
     * Corrects where an empty ring stands. Subscribers stay: they skip what they have.
     *
     * @return false when there is something in the ring, which knows better
     */
    public synchronized boolean standAt(long offset) {
        if (ring.size() > 0) {
            return false;
        }
        ring.restartAt(offset);
        return true;
    }

    /** Lets go of what is not newer than an offset; the answer is how many bytes that frees. */
    public synchronized long forgetUpTo(long offset) {
        long freed = 0;
        while (ring.size() > 0 && ring.after(ring.floor(), 1).getFirst().offset() <= offset) {
            freed += ring.dropOldest();
        }
        return freed;
    }

    /** Lets go of the oldest until the rest takes no more than this. */
    public synchronized void shrinkTo(long bytes) {
        while (ring.bytes() > bytes && ring.size() > 1) {
            ring.dropOldest();
        }
    }

    /**
     * Ends the stream when nothing is in it and nobody listens; from then on it takes no subscriber.
     *
     * @param knownElsewhere where somebody else knows it to stand; a stream that knows better is kept
     */
    public synchronized boolean retireIfIdle(long knownElsewhere) {
        if (ring.size() > 0 || !audiences.isEmpty() || ring.top() > knownElsewhere) {
            return false;
        }
        retired = true;
        return true;
    }

    @Override
    public synchronized Page history(@Nullable Long since, int limit, boolean reverse) {
        List<Publication> publications;
        if (limit == 0) {
            publications = List.of();
        } else if (reverse) {
            publications = ring.before(since == null ? Long.MAX_VALUE : since, limit);
        } else {
            publications = ring.after(since == null ? ring.floor() : since, limit);
        }
        return new Page(publications, position());
    }

    /** Where the stream stands. */
    public synchronized StreamPosition position() {
        return new StreamPosition(epoch, ring.top());
    }

    /** Where it stood at a time, as far as this instance was there. */
    public synchronized StreamPosition positionAt(long atMs) {
        return new StreamPosition(epoch, ring.topAt(atMs));
    }

    /** How many listen. */
    public synchronized int subscribers() {
        return audiences.all().stream().mapToInt(Audience::size).sum();
    }

    /** Each publication is pushed with the name of its channel: a page of them fits the queue however long that is. */
    private static int page(Subscription subscription, int limit) {
        return Math.clamp(Ring.PAGE_BYTES / subscription.channel().length(), 1, limit);
    }

    private static void deliver(Subscription subscription, List<Publication> publications) {
        Encoding encoding = subscription.subscriber().encoding();
        for (Publication publication : publications) {
            subscription
                    .subscriber()
                    .deliver(encoding.encode(new Reply.PublicationPush(subscription.channel(), publication)));
            subscription.position = publication.offset();
        }
    }

    private void register(Subscription subscription, long position) {
        subscription.from = position;
        subscription.position = position;
        audiences.add(subscription);
    }

    private void interrupt(Subscription subscription) {
        leave(subscription);
        subscription.subscriber().interrupted(subscription);
    }
}
