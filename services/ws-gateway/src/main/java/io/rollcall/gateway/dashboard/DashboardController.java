package io.rollcall.gateway.dashboard;

import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.rooms.RoomChannels;
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
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /dashboard/snapshot}: what there is, and from where to follow what becomes of it. */
@RestController
public class DashboardController {

    private final View<Room> rooms;
    private final View<Participant> participants;
    private final RoomChannels channels;
    private final DashboardAccess access;
    private final BooleanSupplier ready;
    private final Duration age;
    private final InstantSource clock;

    /**
     * Answers from memory.
     *
     * @param ready whether views and rings hold what was there before the start
     * @param age how far back the position lies: longer than a view may be behind the feed
     */
    public DashboardController(
            View<Room> rooms,
            View<Participant> participants,
            RoomChannels channels,
            DashboardAccess access,
            BooleanSupplier ready,
            Duration age,
            InstantSource clock) {
        this.rooms = rooms;
        this.participants = participants;
        this.channels = channels;
        this.access = access;
        this.ready = ready;
        this.age = age;
        this.clock = clock;
    }

    /** The open rooms that the caller may see. */
    @GetMapping("/dashboard/snapshot")
    public ResponseEntity<Snapshot> snapshot(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization,
            @RequestParam(name = "access_token", required = false) @Nullable String token) {
        Access allowed = access.of(authorization, token);
        if (!ready.getAsBoolean()) {
            throw new UnavailableException("The rooms are still being read.", Duration.ofSeconds(1));
        }
        // The position comes first: what happens between the two reads is behind it and is told again by the feed.
        StreamPosition position = channels.positionAt(clock.millis() - age.toMillis());
        var visible = rooms.all().values().stream()
                .filter(room -> allowed.mayRead(room.getAgency()))
                .toList();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(Snapshot.of(position, visible, participants.all().values()));
    }
}
