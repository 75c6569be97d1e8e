package io.rollcall.session.sessions.rooms;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.events.EventSource;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.livekit.Bounded;
import io.rollcall.session.livekit.RoomApi;
import io.rollcall.session.livekit.RoomOwner;
import io.rollcall.session.livekit.domain.Attendance;
import io.rollcall.session.livekit.domain.Listing;
import io.rollcall.session.sessions.domain.RoomCheck;
import io.rollcall.session.sessions.domain.RoomCheck.Step;
import io.rollcall.session.sessions.domain.Session;
import io.rollcall.session.sessions.domain.SessionIds;
import io.rollcall.session.sessions.wire.SessionCommands;
import io.rollcall.session.sessions.wire.SessionMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the rooms that sessions wait for, deletes those of sessions that have ended, again with every listing until they
 * are gone, and where LiveKit is polled tells sessions of people whom no webhook has told of.
 */
public final class SessionRoomOwner implements RoomOwner {

    private static final Logger LOG = LoggerFactory.getLogger(SessionRoomOwner.class);
    private static final String AUTHOR = "session-api";

    private final View<io.rollcall.schemas.sessions.Session> sessions;
    private final RoomApi api;
    private final CommandClient<SessionCommand, SessionEvent> commands;
    private final Duration emptyTimeout;
    private final Duration emptyGrace;
    private final ConcurrentMap<String, Session.Known> live = new ConcurrentHashMap<>();

    private record Action(String sessionId, String room, Step step) {}

    /**
     * Listens to the view, which has not been started.
     *
     * @param emptyTimeout how long LiveKit keeps a room to which nobody has come
     * @param emptyGrace how long a session lasts in an empty room
     */
    public SessionRoomOwner(
            View<io.rollcall.schemas.sessions.Session> sessions,
            RoomApi api,
            CommandClient<SessionCommand, SessionEvent> commands,
            Duration emptyTimeout,
            Duration emptyGrace) {
        this.sessions = sessions;
        this.api = api;
        this.commands = commands;
        this.emptyTimeout = emptyTimeout;
        this.emptyGrace = emptyGrace;
        sessions.onChange(this::changed);
    }

    private void changed(View.Change<io.rollcall.schemas.sessions.Session> change) {
        live.remove(change.key());
        var record = change.after();
        if (record != null
                && isLive(record.getStatus())
                && SessionMapper.state(record) instanceof Session.Known known) {
            live.put(change.key(), known);
        }
    }

    private static boolean isLive(SessionStatus status) {
        return status == SessionStatus.CREATED || status == SessionStatus.CONNECTED;
    }

    @Override
    public boolean isReady() {
        return sessions.caughtUp().isDone();
    }

    @Override
    public Set<String> doubts(Listing listing) {
        Set<String> doubts = new HashSet<>();
        listing.rooms()
                .forEach((key, room) -> SessionIds.sessionOf(key)
                        .map(live::get)
                        .filter(session -> RoomCheck.isInDoubt(session, room.numParticipants()))
                        .ifPresent(_ -> doubts.add(key)));
        return doubts;
    }

    @Override
    public CompletableFuture<?> polled(Listing listing, Map<String, Attendance> attendances) {
        return doAll(actions(listing, attendances), listing.askedAt());
    }

    @Override
    public CompletableFuture<?> settle(Listing listing) {
        List<Action> actions = actions(listing, Map.of());
        actions.removeIf(action -> action.step() instanceof Step.Note);
        return doAll(actions, listing.askedAt());
    }

    private List<Action> actions(Listing listing, Map<String, Attendance> attendances) {
        List<Action> actions = new ArrayList<>();
        listing.rooms()
                .keySet()
                .forEach(room -> SessionIds.sessionOf(room)
                        .ifPresent(id -> RoomCheck.listed(
                                        session(id), people(attendances.get(room)), listing.askedAt(), emptyGrace)
                                .forEach(step -> actions.add(new Action(id, room, step)))));
        live.forEach((id, session) -> {
            String room = session.seat().roomId();
            if (!listing.rooms().containsKey(room)) {
                RoomCheck.notListed(session, listing.askedAt(), emptyGrace)
                        .forEach(step -> actions.add(new Action(id, room, step)));
            }
        });
        return actions;
    }

    private CompletableFuture<?> doAll(List<Action> actions, Instant askedAt) {
        return Bounded.forEach(
                actions,
                Bounded.CALLS_OF_A_POLL,
                action -> doIt(action, askedAt).exceptionally(failure -> {
                    LOG.atWarn()
                            .addKeyValue(LogKeys.ROOM_KEY, action.room())
                            .addKeyValue(LogKeys.REASON, DeadLetters.describe(failure))
                            .log("a session's room has to wait for the next listing");
                    return null;
                }));
    }

    private Session session(String id) {
        Session.Known known = live.get(id);
        return known != null ? known : kept(id);
    }

    private Session kept(String id) {
        return sessions.get(id)
                .filter(record -> record.getStatus() != SessionStatus.UNKNOWN)
                .map(SessionMapper::state)
                .orElseGet(Session.Nothing::new);
    }

    private CompletableFuture<?> doIt(Action action, Instant askedAt) {
        return switch (action.step()) {
            case Step.Make _ -> api.createRoom(action.room(), emptyTimeout, emptyGrace);
            case Step.Delete _ -> api.deleteRoom(action.room());
            case Step.Note(int people) -> note(action.sessionId(), people, askedAt);
        };
    }

    private CompletableFuture<?> note(String sessionId, int people, Instant askedAt) {
        String id = UUID.randomUUID().toString();
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId(id)
                .setIssuedAt(askedAt)
                .setAuthor(AUTHOR)
                .setCorrelationId(id)
                .build();
        return commands.send(
                sessionId,
                header,
                SessionCommands.noteRoom(header, sessionId, people, EventSource.RECONCILER, askedAt, emptyGrace));
    }

    private static OptionalInt people(@Nullable Attendance attendance) {
        return attendance instanceof Attendance.Present present
                ? OptionalInt.of(present.people())
                : OptionalInt.empty();
    }
}
