package io.rollcall.gateway.connections;

import io.rollcall.gateway.connections.domain.ConnectionState.User;
import io.rollcall.gateway.protocol.Disconnect;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The connections of this instance, and how many each user has. */
public final class Connections {

    private final Set<ClientConnection> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private volatile @Nullable Disconnect ended;

    void opened(ClientConnection connection) {
        open.add(connection);
        Disconnect why = ended;
        if (why != null) {
            connection.close(why);
        }
    }

    void closed(ClientConnection connection) {
        open.remove(connection);
    }

    /** Counts a session; false when its user has as many as allowed. */
    boolean admit(User user, int limit) {
        if (user instanceof User.Known(String id) && !admit(id, limit)) {
            return false;
        }
        connected.incrementAndGet();
        return true;
    }

    private boolean admit(String user, int limit) {
        var admitted = new AtomicBoolean();
        byUser.compute(user, (key, had) -> {
            int before = had == null ? 0 : had;
            admitted.set(limit <= 0 || before < limit);
            return admitted.get() ? Integer.valueOf(before + 1) : had;
        });
        return admitted.get();
    }

    void dismiss(User user) {
        connected.decrementAndGet();
        if (user instanceof User.Known(String id)) {
            byUser.computeIfPresent(id, (key, had) -> had <= 1 ? null : had - 1);
        }
    }

    void subscribed(int change) {
        subscriptions.addAndGet(change);
    }

    /** Sessions that have begun. */
    public int connectedCount() {
        return connected.get();
    }

    /** Different users with a token among them. */
    public int userCount() {
        return byUser.size();
    }

    /** Subscriptions of all sessions. */
    public int subscriptionCount() {
        return subscriptions.get();
    }

    /** Ends all of them, and those whose handshake is not over yet. */
    public void closeAll(Disconnect reason) {
        ended = reason;
        open.forEach(connection -> connection.close(reason));
    }
}
