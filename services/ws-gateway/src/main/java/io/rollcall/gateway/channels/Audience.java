package io.rollcall.gateway.channels;

import io.rollcall.gateway.channels.Subscription.Phase;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.protocol.Encoding;
import io.rollcall.gateway.protocol.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Subscribers of a stream who are sent the very same bytes. Guarded by the lock of the stream. */
final class Audience {

    /** What makes the bytes the same. */
    record Key(String channel, Encoding encoding) {
        static Key of(Subscription subscription) {
            return new Key(subscription.channel(), subscription.subscriber().encoding());
        }
    }

    private final Key key;
    private final List<Subscription> members = new ArrayList<>(1);

    Audience(Key key) {
        this.key = key;
    }

    void add(Subscription subscription) {
        subscription.index = members.size();
        members.add(subscription);
    }

    /** The last one takes the place of the one that goes, so that a mass departure costs no more than its size. */
    boolean remove(Subscription subscription) {
        int index = subscription.index;
        if (index < 0) {
            return false;
        }
        Subscription last = members.removeLast();
        if (last != subscription) {
            members.set(index, last);
            last.index = index;
        }
        subscription.index = -1;
        return true;
    }

    int size() {
        return members.size();
    }

    List<Subscription> members() {
        return members;
    }

    /** Delivers to those who are live and stand right before it; those with a hole before it are added to a list. */
    int publish(Publication publication, long previous, List<Subscription> interrupted) {
        byte @Nullable [] message = null;
        int delivered = 0;
        for (Subscription member : members) {
            if (member.phase != Phase.LIVE || member.position >= publication.offset()) {
                continue;
            }
            if (member.position < previous) {
                interrupted.add(member);
                continue;
            }
            if (message == null) {
                message = key.encoding().encode(new Reply.PublicationPush(key.channel(), publication));
            }
            member.position = publication.offset();
            member.subscriber().deliver(message);
            delivered++;
        }
        return delivered;
    }

    /** Delivers a message without a position to those who are live. */
    void send(byte[] data) {
        byte @Nullable [] message = null;
        for (Subscription member : members) {
            if (member.phase == Phase.LIVE) {
                if (message == null) {
                    message = encode(key, data);
                }
                member.subscriber().deliver(message);
            }
        }
    }

    /** Delivers messages without positions, and what has happened since, to those who wait; they are live then. */
    void greet(List<byte[]> now, List<byte[]> happened) {
        List<byte[]> greeting = encodeAll(now);
        List<byte[]> since = encodeAll(happened);
        for (Subscription member : members) {
            if (member.phase == Phase.AWAITING) {
                member.phase = Phase.LIVE;
                greeting.forEach(member.subscriber()::deliver);
                since.subList((int) member.position, since.size()).forEach(member.subscriber()::deliver);
            }
        }
    }

    private List<byte[]> encodeAll(List<byte[]> messages) {
        return messages.stream().map(data -> encode(key, data)).toList();
    }

    private static byte[] encode(Key key, byte[] data) {
        return key.encoding().encode(new Reply.PublicationPush(key.channel(), new Publication(0, data, 0)));
    }
}
