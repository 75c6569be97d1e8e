package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.Subscription.Phase;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command.Resume;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream without positions: who joins is given what there is now, and then every message as it comes. Nothing is kept,
 * because whoever comes back is given all of it anew.
 */
public final class SnapshotStream implements Stream {

    private final Object lock;
    private final Supplier<byte @Nullable []> snapshot;
    private final Map<Audience.Key, Audience> audiences = new LinkedHashMap<>(2);
    private boolean retired;

    /**
     * A stream that nobody listens to yet.
     *
     * @param lock what whoever publishes holds while it finds out what to say, so that nobody hears a thing and then what
     *     was before it
     * @param snapshot what there is now, as JSON without line breaks; null when there is nothing to say
     */
    public SnapshotStream(Object lock, Supplier<byte @Nullable []> snapshot) {
        this.lock = lock;
        this.snapshot = snapshot;
    }

    @Override
    public Joining join(Subscription subscription) {
        synchronized (lock) {
            if (retired) {
                return new Joining.Retired();
            }
            audiences
                    .computeIfAbsent(Audience.Key.of(subscription), Audience::new)
                    .add(subscription);
            return new Joining.Joined(StreamPosition.NONE, false, List.of(), false);
        }
    }

    @Override
    public Joining rejoin(Subscription subscription, Resume resume, int pageLimit) {
        return new Joining.Unrecoverable(false);
    }

    @Override
    public Advance advance(Subscription subscription, int pageLimit) {
        synchronized (lock) {
            if (subscription.phase == Phase.CATCHING_UP) {
                subscription.phase = Phase.LIVE;
                byte[] now = snapshot.get();
                if (now != null) {
                    Audience.sendTo(subscription, now);
                }
            }
            return new Advance.Done();
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
    public void leave(Subscription subscription) {
        synchronized (lock) {
            if (subscription.phase == Phase.ENDED) {
                return;
            }
            subscription.phase = Phase.ENDED;
            Audience.Key key = Audience.Key.of(subscription);
            Audience audience = audiences.get(key);
            if (audience != null && audience.remove(subscription) && audience.size() == 0) {
                audiences.remove(key);
            }
        }
    }

    @Override
    public boolean holds(Subscription subscription) {
        synchronized (lock) {
            return subscription.phase != Phase.ENDED;
        }
    }

    @Override
    public @Nullable Page history(@Nullable Long since, int limit, boolean reverse) {
        return null;
    }

    /** Delivers a message: JSON without line breaks. */
    public void publish(byte[] data) {
        synchronized (lock) {
            audiences.values().forEach(audience -> audience.send(data));
        }
    }

    /** Whether anybody listens, or is about to. */
    public boolean isHeard() {
        synchronized (lock) {
            return !audiences.isEmpty();
        }
    }

    /** Ends it when nobody listens; from then on it takes no subscriber. */
    public boolean retireIfIdle() {
        synchronized (lock) {
            retired = retired || audiences.isEmpty();
            return retired;
        }
    }
}
