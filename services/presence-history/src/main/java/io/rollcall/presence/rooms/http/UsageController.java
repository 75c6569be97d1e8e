package io.rollcall.presence.rooms.http;

import io.rollcall.kit.peers.PeerQueries;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.TimeRange;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What every agency has used. */
@RestController
@RequestMapping("/api/v1")
@Tag(name = "usage")
class UsageController {

    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    private final RoomDirectory directory;

    UsageController(PeerQueries peers, RoomQueries here) {
        this.directory = new RoomDirectory(peers, here);
    }

    record Answer(List<Day> usage, long total) {}

    /**
     * One agency on one UTC day.
     *
     * @param agency empty where neither participant nor room names one
     * @param participantMinutes of people only; to now for those who are still there
     * @param inferredShare which part of the minutes ends at a time that nobody told, 0 to 1
     */
    record Day(String agency, LocalDate day, double participantMinutes, double inferredShare, int participants) {

        private static Day of(Usage.Line line) {
            return new Day(line.agency(), line.day(), line.minutes(), line.inferredShare(), line.participants());
        }
    }

    @GetMapping("/usage")
    @Operation(
            summary = "Participant minutes by agency and UTC day",
            description = "format is json or csv; stays are cut to from and to, and at midnight UTC")
    ResponseEntity<?> usage(
            @RequestParam(required = false) @Nullable String agency,
            @RequestParam(defaultValue = "json") String format,
            TimeRange range) {
        return switch (format) {
            case "json" -> {
                List<Day> days = directory.usage(agency, range).lines().stream()
                        .map(Day::of)
                        .toList();
                yield ResponseEntity.ok(new Answer(days, days.size()));
            }
            case "csv" ->
                ResponseEntity.ok()
                        .contentType(CSV)
                        .body(UsageCsv.of(directory.usage(agency, range).lines()));
            default -> throw new BadFieldException("format", "must be one of json, csv");
        };
    }
}
