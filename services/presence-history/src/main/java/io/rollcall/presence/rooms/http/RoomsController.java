package io.rollcall.presence.rooms.http;

import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.presence.rooms.http.RoomQueries.Filter;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Rooms and sessions, now and before. Lists are newest first. */
@RestController
@RequestMapping("/api/v1")
@Tag(name = "rooms and sessions")
class RoomsController {

    private final RoomDirectory directory;

    RoomsController(PeerQueries peers, RoomQueries here) {
        this.directory = new RoomDirectory(peers, here);
    }

    record Rooms(List<RoomAnswer> rooms, long total) {}

    record Participants(List<Stay> participants, long total) {}

    record Events(List<EventAnswer> events, long total) {}

    record Sessions(List<SessionAnswer> sessions, long total) {}

    @GetMapping("/rooms")
    @Operation(
            summary = "Rooms, each with its latest session",
            description = "state is open or closed, both when absent; from and to select what overlaps them")
    Rooms rooms(
            @RequestParam(required = false) @Nullable String agency,
            @RequestParam(required = false) @Nullable String state,
            TimeRange range,
            Page page) {
        Fragment<RoomAnswer> rooms = directory.rooms(new Filter(agency, open(state), range), page);
        return new Rooms(rooms.items(), rooms.total());
    }

    @GetMapping("/rooms/{name}")
    @Operation(summary = "One room by its name, or by its sid when it has none")
    RoomAnswer room(@PathVariable String name) {
        return found(directory.room(name), "room");
    }

    @GetMapping("/rooms/{name}/participants")
    @Operation(summary = "Everybody who is in a room now, people or not")
    Participants participants(@PathVariable String name, Page page) {
        Fragment<Stay> participants = found(directory.participants(name, page), "room");
        return new Participants(participants.items(), participants.total());
    }

    @GetMapping("/rooms/{name}/events")
    @Operation(summary = "What happened in a room, egress and ingress too")
    Events events(@PathVariable String name, Page page) {
        Fragment<EventAnswer> events = found(directory.events(name, page), "room");
        return new Events(events.items(), events.total());
    }

    @GetMapping("/sessions")
    @Operation(
            summary = "Sessions of all rooms, in the shape that users of LiveKit's analytics know",
            description = "state is open or closed, both when absent; from and to select what overlaps them")
    Sessions sessions(
            @RequestParam(required = false) @Nullable String agency,
            @RequestParam(required = false) @Nullable String state,
            TimeRange range,
            Page page) {
        Fragment<SessionAnswer> sessions = directory.sessions(new Filter(agency, open(state), range), page);
        return new Sessions(sessions.items(), sessions.total());
    }

    @GetMapping("/sessions/{sid}")
    @Operation(summary = "One session with everybody who was in it")
    SessionAnswer session(@PathVariable String sid) {
        return found(directory.session(sid), "session");
    }

    private static @Nullable Boolean open(@Nullable String state) {
        return switch (state) {
            case null -> null;
            case "" -> null;
            case "open" -> true;
            case "closed" -> false;
            default -> throw new BadFieldException("state", "must be one of open, closed");
        };
    }

    private static <T> T found(@Nullable T answer, String what) {
        if (answer == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such " + what + ", or not any more.");
        }
        return answer;
    }
}
