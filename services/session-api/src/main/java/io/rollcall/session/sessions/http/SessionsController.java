package io.rollcall.session.sessions.http;

import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandHeaders;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.decider.TakesIdempotencyKey;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.sessions.CreateSession;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionCommand;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.AccessTokens;
import io.rollcall.session.reads.Listing;
import io.rollcall.session.sessions.domain.SessionDecider.Refusal;
import io.rollcall.session.sessions.domain.SessionIds;
import io.rollcall.session.sessions.reads.SessionReads;
import io.rollcall.session.sessions.wire.SessionCommands;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Realtime sessions over HTTP. No thread waits for a decision, for Redis or for LiveKit. */
@RestController
@RequestMapping(path = SessionsController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "realtime sessions")
class SessionsController {

    static final String PATH = "/v1/realtime/sessions";

    private static final int MAX_LIMIT = 100;
    private static final String OBJECT = "realtime.session";

    private final CommandClient<SessionCommand, SessionEvent> commands;
    private final CommandIds ids;
    private final SessionReads reads;
    private final SessionRooms rooms;
    private final AccessTokens tokens;
    private final SessionApiProperties properties;
    private final InstantSource clock;

    SessionsController(
            CommandClient<SessionCommand, SessionEvent> commands,
            CommandIds ids,
            SessionReads reads,
            SessionRooms rooms,
            AccessTokens tokens,
            SessionApiProperties properties,
            InstantSource clock) {
        this.commands = commands;
        this.ids = ids;
        this.reads = reads;
        this.rooms = rooms;
        this.tokens = tokens;
        this.properties = properties;
        this.clock = clock;
    }

    @PostMapping
    @TakesIdempotencyKey
    @Operation(
            summary = "Make a session with a room of its own; the answer holds the token that opens it, once.",
            description = "The body is optional, and ignored. Under an Idempotency-Key the same request gives the same"
                    + " answer for 24 hours, without the token once the session has ended; another body is 422.")
    CompletableFuture<ResponseEntity<SessionAnswer>> create(Caller caller, HttpServletRequest request)
            throws IOException {
        CommandIds.Ids named = ids.of(caller.id(), "POST", PATH, CommandIds.key(request));
        CommandHeader header = header(named, caller, request, CommandIds.fingerprint(body(request)));
        String sessionId = SessionIds.session(named.thing());
        Instant now = clock.instant();
        var asked = CreateSession.newBuilder()
                .setRoomId(SessionIds.room(named.thing()))
                .setUserId(caller.id())
                .setTokenIssuedAt(now.getEpochSecond())
                .setTokenExpiresAt(now.plus(properties.livekit().tokenTtl()).getEpochSecond())
                .setStaleAfterMs(properties.staleAfter().toMillis())
                .build();
        return commands.send(sessionId, header, SessionCommands.create(header, sessionId, asked))
                .thenApply(SessionsController::accepted)
                .thenCompose(event -> settled(event)
                        .thenApply(
                                _ -> ResponseEntity.status(HttpStatus.CREATED).body(created(event, asked))));
    }

    @GetMapping
    @Operation(summary = "The caller's own sessions, oldest first: limit 1 to 100, after the id of a session.")
    CompletableFuture<SessionAnswer.Listed> list(
            Caller caller,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable String limit) {
        return reads.ofUser(caller.id(), after, limit(limit)).thenApply(page -> switch (page) {
            case Listing.Found<Session>(List<Session> sessions) ->
                new SessionAnswer.Listed(
                        "list", sessions.stream().map(this::read).toList());
            case Listing.UnknownPosition<Session>() ->
                throw new BadFieldException(
                        "after", "must be the id of a session of yours that was there within a day");
        });
    }

    @GetMapping("/{id}")
    @Operation(summary = "One session of the caller's.")
    CompletableFuture<SessionAnswer> one(Caller caller, @PathVariable String id) {
        if (!SessionIds.isSession(id)) {
            throw notFound();
        }
        return reads.get(id).thenApply(found -> {
            Session session = found.filter(it -> it.getStatus() != SessionStatus.REMOVED)
                    .orElseThrow(SessionsController::notFound);
            if (!session.getUserId().equals(caller.id())) {
                throw denied();
            }
            return read(session);
        });
    }

    @DeleteMapping("/{id}")
    @TakesIdempotencyKey
    @Operation(summary = "End a session of the caller's, and its room.")
    CompletableFuture<SessionAnswer.Deleted> delete(Caller caller, HttpServletRequest request, @PathVariable String id)
            throws IOException {
        CommandIds.Ids named = ids.of(caller.id(), "DELETE", PATH + "/" + id, CommandIds.key(request));
        if (!SessionIds.isSession(id)) {
            throw notFound();
        }
        CommandHeader header = header(named, caller, request, CommandIds.fingerprint(body(request)));
        return commands.send(id, header, SessionCommands.delete(header, id, caller.id()))
                .thenApply(SessionsController::accepted)
                .thenCompose(event ->
                        settled(event).thenApply(_ -> new SessionAnswer.Deleted(id, OBJECT + ".deleted", true)));
    }

    /** What a client may rely on once it has its answer, as far as it can be had: its own write, and its room. */
    private CompletableFuture<Void> settled(SessionEvent event) {
        Session session = event.getSession();
        if (session == null) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.allOf(reads.tryPut(session), rooms.settle(session));
    }

    private SessionAnswer created(SessionEvent event, CreateSession asked) {
        Session session = event.getSession();
        if (session == null || session.getStatus() == SessionStatus.REMOVED) {
            return new SessionAnswer(
                    event.getSessionId(),
                    OBJECT,
                    null,
                    properties.livekit().wsUrl(),
                    asked.getRoomId(),
                    asked.getUserId(),
                    null);
        }
        String token = tokens.mint(
                session.getUserId(), session.getRoomId(), session.getTokenIssuedAt(), session.getTokenExpiresAt());
        return new SessionAnswer(
                session.getSessionId(),
                OBJECT,
                new SessionAnswer.ClientSecret(token, session.getTokenExpiresAt()),
                properties.livekit().wsUrl(),
                session.getRoomId(),
                session.getUserId(),
                null);
    }

    private SessionAnswer read(Session session) {
        return new SessionAnswer(
                session.getSessionId(),
                OBJECT,
                null,
                properties.livekit().wsUrl(),
                session.getRoomId(),
                session.getUserId(),
                session.getStatus().name().toLowerCase(Locale.ROOT));
    }

    private CommandHeader header(CommandIds.Ids named, Caller caller, HttpServletRequest request, String fingerprint) {
        return CommandHeaders.asked(caller, request, clock.instant(), named)
                .setFingerprint(fingerprint)
                .build();
    }

    private static SessionEvent accepted(SessionEvent event) {
        Answer answer = event.getAnswer();
        if (answer == null || answer.getOutcome() != Outcome.REFUSED) {
            return event;
        }
        String reason = answer.getReason();
        if (reason.equals(Refusal.NOT_FOUND.name())) {
            throw notFound();
        }
        if (reason.equals(Refusal.ACCESS_DENIED.name())) {
            throw denied();
        }
        if (reason.equals(Reasons.KEY_REUSED)) {
            throw CommandIds.reused();
        }
        if (reason.equals(Refusal.ALREADY_EXISTS.name())) {
            throw new ResponseStatusException(
                    HttpStatus.CONFLICT, "the session of this " + CommandIds.HEADER + " is there; take a new key");
        }
        throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
    }

    /** Ignored, but not of any size; and the same key goes with the same one. */
    private static byte[] body(HttpServletRequest request) throws IOException {
        return request.getInputStream().readAllBytes();
    }

    private static int limit(@Nullable String given) {
        if (given == null) {
            return MAX_LIMIT;
        }
        try {
            int limit = Integer.parseInt(given);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadFieldException("limit", "must be 1 to " + MAX_LIMIT);
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "session not found");
    }

    private static ResponseStatusException denied() {
        return new ResponseStatusException(HttpStatus.FORBIDDEN, "access denied");
    }
}
