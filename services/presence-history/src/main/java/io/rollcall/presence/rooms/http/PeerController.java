package io.rollcall.presence.rooms.http;

import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.Page;
import io.rollcall.kit.web.TimeRange;
import io.rollcall.presence.rooms.http.RoomQueries.Filter;
import io.rollcall.schemas.Topics;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * What other instances of this service ask: only ever answered from the own stores, and only for the partitions that
 * are named, so that nothing is counted twice and no question goes round in circles.
 */
@Hidden
@RestController
@RequestMapping("/internal/v1")
class PeerController {

    private final RoomQueries here;

    PeerController(RoomQueries here) {
        this.here = here;
    }

    @GetMapping("/rooms")
    Fragment<RoomAnswer> rooms(
            @RequestParam List<Integer> partitions,
            @RequestParam long top,
            @RequestParam(required = false) @Nullable String agency,
            @RequestParam(required = false) @Nullable Boolean open,
            TimeRange range) {
        return here.rooms(known(partitions), new Filter(agency, open, range), bounded(top));
    }

    @GetMapping("/sessions")
    Fragment<SessionAnswer> sessions(
            @RequestParam List<Integer> partitions,
            @RequestParam long top,
            @RequestParam(required = false) @Nullable String agency,
            @RequestParam(required = false) @Nullable Boolean open,
            TimeRange range) {
        return here.sessions(known(partitions), new Filter(agency, open, range), bounded(top));
    }

    @GetMapping("/usage")
    Usage usage(
            @RequestParam List<Integer> partitions,
            @RequestParam(required = false) @Nullable String agency,
            TimeRange range) {
        return here.usage(known(partitions), agency, range);
    }

    @GetMapping("/room")
    RoomAnswer room(@RequestParam List<Integer> partitions, @RequestParam String key) {
        return found(here.room(one(partitions), key));
    }

    @GetMapping("/participants")
    Fragment<Stay> participants(@RequestParam List<Integer> partitions, @RequestParam String key, Page page) {
        return found(here.participants(one(partitions), key, page));
    }

    @GetMapping("/events")
    Fragment<EventAnswer> events(@RequestParam List<Integer> partitions, @RequestParam String key, Page page) {
        return found(here.events(one(partitions), key, page));
    }

    @GetMapping("/session")
    SessionAnswer session(@RequestParam List<Integer> partitions, @RequestParam String sid) {
        return found(here.session(known(partitions), sid));
    }

    private static int one(List<Integer> partitions) {
        if (known(partitions).size() != 1) {
            throw new BadFieldException("partitions", "must name one partition");
        }
        return partitions.getFirst();
    }

    private static List<Integer> known(List<Integer> partitions) {
        if (partitions.size() > Topics.ROOM_PARTITIONS
                || partitions.stream().anyMatch(it -> it < 0 || it >= Topics.ROOM_PARTITIONS)) {
            throw new BadFieldException("partitions", "must be of 0 to " + (Topics.ROOM_PARTITIONS - 1));
        }
        return partitions;
    }

    private static long bounded(long top) {
        if (top < 1 || top > RoomDirectory.DEEPEST) {
            throw new BadFieldException("top", "must be 1 to " + RoomDirectory.DEEPEST);
        }
        return top;
    }

    private static <T> T found(@Nullable T answer) {
        if (answer == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return answer;
    }
}
