package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.Subscription.Phase;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Resume;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A stream without positions: who joins is given what there is now, and then every message as it comes. Nothing is kept,
 * because whoever comes back is given all of it anew. What there is now is found out by whoever publishes, in its own
 * time: nobody who comes or goes waits for it.
 */
public final class SnapshotStream implements Stream {

    private final Executor thread;
    private final Runnable greeting;
    private final Audiences audiences = new Audiences();
    /** What has happened while somebody waits to be greeted. */
    private final List<byte[]> happened = new ArrayList<>(0);

    private boolean awaited;
    private boolean retired;

    /**
     * A stream that nobody listens to yet.
     *
     * @param thread where that is found out; called under the lock of the stream, does not wait
     * @param greeting finds it out, because somebody waits for it, and calls {@link #greet}
     */
    public SnapshotStream(Executor thread, Runnable greeting) {
        this.thread = thread;
        this.greeting = greeting;
    }

    @Override
    public synchronized Joining join(Subscription subscription) {
        if (retired) {
            return new Joining.Retired();
        }
        audiences.add(subscription);
        return new Joining.Joined(StreamPosition.NONE, false, List.of(), false);
    }

    @Override
    public Joining rejoin(Subscription subscription, Resume resume, int pageLimit) {
        return new Joining.Unrecoverable(false);
    }

    @Override
    public synchronized Joining takeOver(Subscription before, Subscription subscription, Resume resume, int pageLimit) {
        if (resume.recover()) {
            return rejoin(subscription, resume, pageLimit);
        }
        Joining joining = join(subscription);
        if (joining instanceof Joining.Joined) {
            leave(before);
        }
        return joining;
    }

    @Override
    public synchronized Advance advance(Subscription subscription, int pageLimit) {
        if (subscription.phase == Phase.CATCHING_UP) {
            subscription.phase = Phase.AWAITING;
            subscription.position = happened.size();
            if (!awaited) {
                awaited = true;
                thread.execute(this::findOut);
            }
        }
        return new Advance.Done();
    }

    private void findOut() {
        try {
            greeting.run();
        } catch (RuntimeException | Error e) {
            cannotGreet();
            throw e;
        }
    }

    /** Whoever waits is told to come again, and nobody waits for ever. */
    private synchronized void cannotGreet() {
        awaited = false;
        happened.clear();
        for (Subscription member : audiences.members()) {
            if (member.phase == Phase.AWAITING) {
                leave(member);
                member.subscriber().interrupted(member);
            }
        }
    }

    @Override
    public void give(Subscription subscription, Archive.Part part) {
        throw new IllegalStateException("nothing is kept anywhere");
    }

    @Override
    public void giveUp(Subscription subscription) {
        leave(subscription);
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

    @Override
    public @Nullable Page history(@Nullable Long since, int limit, boolean reverse) {
        return null;
    }

    /**
     * Gives those who have come what there is now; from then on they hear what is published.
     *
     * @param now JSON without line breaks, each a message; none when there is nothing to say
     */
    public synchronized void greet(List<byte[]> now) {
        awaited = false;
        audiences.all().forEach(audience -> audience.greet(now, happened));
        happened.clear();
    }

    /** Delivers a message: JSON without line breaks. Those who have come and were not greeted yet do not hear it. */
    public synchronized void publish(byte[] data) {
        audiences.all().forEach(audience -> audience.send(data));
    }

    /** The same for what is no part of what there is now: those who were not greeted yet hear it right after that. */
    public synchronized void happened(byte[] data) {
        if (awaited) {
            happened.add(data);
        }
        publish(data);
    }

    /** It is about this agency now: who may not read of it is told so, and hears nothing more. */
    public synchronized void belongsTo(String agency) {
        audiences.belongTo(agency, this);
    }

    /** Whether anybody listens, or is about to. */
    public synchronized boolean isHeard() {
        return !audiences.isEmpty();
    }

    /** Ends it when nobody listens; from then on it takes no subscriber. */
    public synchronized boolean retireIfIdle() {
        retired = retired || audiences.isEmpty();
        return retired;
    }
}
