package io.rollcall.gateway.channels;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All subscribers of a stream. Guarded by its lock. */
final class Audiences {

    private final Map<Audience.Key, Audience> byKey = new LinkedHashMap<>(2);

    void add(Subscription subscription) {
        byKey.computeIfAbsent(Audience.Key.of(subscription), Audience::new).add(subscription);
    }

    void remove(Subscription subscription) {
        Audience.Key key = Audience.Key.of(subscription);
        Audience audience = byKey.get(key);
        if (audience != null && audience.remove(subscription) && audience.size() == 0) {
            byKey.remove(key);
        }
    }

    Collection<Audience> all() {
        return byKey.values();
    }

    /** A copy: they may leave meanwhile. */
    List<Subscription> members() {
        return byKey.values().stream().flatMap(it -> it.members().stream()).toList();
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /** Their stream is about this agency now: who may not read of it is told so, and hears nothing more. */
    void belongTo(String agency, Stream stream) {
        for (Subscription member : members()) {
            if (!member.subscriber().mayRead(agency)) {
                stream.leave(member);
                member.subscriber().forbidden(member);
            }
        }
    }
}
