package io.rollcall.session.sessions.reads;

import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.reads.Listing;
import io.rollcall.session.reads.ReadModel;
import io.rollcall.session.reads.Subject;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as Redis has them, by id and by user. Every future completes on the client's thread, where nobody may wait;
 * while Redis is away or is being filled they fail with {@link io.rollcall.kit.web.UnavailableException}.
 */
public final class SessionReads {

    /** How the topic {@code sessions} is read. */
    public static final Subject<Session> SUBJECT = new Subject<>(
            Topics.SESSIONS,
            Session::getSessionId,
            Session::getVersion,
            Session::getUserId,
            Session::getCreatedAt,
            SessionReads::removal);

    private final ReadModel<Session> model;

    /** Reads and writes this model. */
    public SessionReads(ReadModel<Session> model) {
        this.model = model;
    }

    /** Writes a session as it is now, unless Redis has it as new as that. */
    public CompletableFuture<Void> put(Session state) {
        return model.put(state);
    }

    /** The same for whoever answers a request: gives up soon, and never fails. True when it is there. */
    public CompletableFuture<Boolean> tryPut(Session state) {
        return model.tryPut(state);
    }

    /** A session by its id; a removed one comes with status REMOVED for 24 hours. */
    public CompletableFuture<Optional<Session>> get(String id) {
        return model.get(id);
    }

    /** A user's sessions, removed ones left out, oldest first; after the given one, or from the first. */
    public CompletableFuture<Listing<Session>> ofUser(String userId, @Nullable String after, int limit) {
        return model.ofOwner(userId, after, limit);
    }

    private static @Nullable Instant removal(Session state) {
        if (state.getStatus() != SessionStatus.REMOVED) {
            return null;
        }
        Instant at = state.getRemovedAt();
        return at == null ? state.getSeenAt() : at;
    }
}
