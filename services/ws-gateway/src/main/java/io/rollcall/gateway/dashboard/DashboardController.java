package io.rollcall.gateway.dashboard;

import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.rooms.RoomChannels;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.gateway.tokens.ConnectionClaims;
import io.rollcall.gateway.tokens.TokenCheck;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /dashboard/snapshot}: what there is, and from where to follow what becomes of it. */
@RestController
public class DashboardController {

    private static final String BEARER = "Bearer ";

    private final View<Room> rooms;
    private final View<Participant> participants;
    private final RoomChannels channels;
    private final ClientTokens tokens;
    private final boolean tokenRequired;
    private final BooleanSupplier ready;
    private final Duration age;
    private final InstantSource clock;

    /**
     * Answers from memory.
     *
     * @param tokens those that open a connection too
     * @param ready whether views and rings hold what was there before the start
     * @param age how far back the position lies: longer than a view may be behind the feed
     */
    public DashboardController(
            View<Room> rooms,
            View<Participant> participants,
            RoomChannels channels,
            ClientTokens tokens,
            boolean tokenRequired,
            BooleanSupplier ready,
            Duration age,
            InstantSource clock) {
        this.rooms = rooms;
        this.participants = participants;
        this.channels = channels;
        this.tokens = tokens;
        this.tokenRequired = tokenRequired;
        this.ready = ready;
        this.age = age;
        this.clock = clock;
    }

    /** The open rooms that the caller may see. */
    @GetMapping("/dashboard/snapshot")
    public ResponseEntity<Snapshot> snapshot(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization,
            @RequestParam(name = "access_token", required = false) @Nullable String token) {
        Access access = access(authorization, token);
        if (!ready.getAsBoolean()) {
            throw new UnavailableException("The rooms are still being read.", Duration.ofSeconds(1));
        }
        // The position comes first: what happens between the two reads is behind it and is told again by the feed.
        StreamPosition position = channels.positionAt(clock.millis() - age.toMillis());
        var visible = rooms.all().values().stream()
                .filter(room -> access.mayRead(room.getAgency()))
                .toList();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(Snapshot.of(position, visible, participants.all().values()));
    }

    private Access access(@Nullable String authorization, @Nullable String query) {
        if (!tokenRequired) {
            return Access.ALL;
        }
        String token = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length())
                : query == null ? "" : query;
        return switch (tokens.connection(token, clock.instant())) {
            case TokenCheck.Valid<ConnectionClaims>(var claims) -> claims.access();
            case TokenCheck.Expired<ConnectionClaims>() -> throw unauthorized("The token has expired.");
            case TokenCheck.Invalid<ConnectionClaims>() -> throw unauthorized("A token that is in force is needed.");
            case TokenCheck.Unknown<ConnectionClaims>() ->
                throw new UnavailableException(
                        "The token cannot be checked now: its issuer does not answer.", Duration.ofSeconds(2));
        };
    }

    private static ErrorResponseException unauthorized(String why) {
        var problem = new ErrorResponseException(
                HttpStatus.UNAUTHORIZED, ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, why), null);
        problem.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return problem;
    }
}
