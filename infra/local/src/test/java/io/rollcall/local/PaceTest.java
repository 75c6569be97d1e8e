package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.local.Capture.Delivery;
import io.rollcall.local.Pace.Cue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A capture told slowly is the same story, at times that a person can follow. */
class PaceTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final Pace PACE = new Pace(10, Duration.ofSeconds(5));

    @Test
    void pausesAreStretchedButNotEndless() {
        List<Cue> cues = PACE.cues(
                List.of(
                        delivery(0, "room_started", 0),
                        delivery(300, "room_started", 300),
                        delivery(90_000, "x", 90_000)),
                START,
                "-a");

        assertThat(cues).extracting(Cue::at).containsExactly(START, START.plusMillis(3000), START.plusMillis(8000));
    }

    @Test
    void whatAWebhookSaysOfTimesFitsWhenItIsTold() {
        List<Cue> cues = PACE.cues(List.of(delivery(0, "a", -10), delivery(400, "b", 200)), START, "-a");

        JsonNode body = JSON.readTree(cues.getLast().webhook().body());
        assertThat(body.path("createdAt").asLong())
                .isEqualTo(START.plusMillis(4000).getEpochSecond());
        assertThat(body.path("participant").path("joinedAtMs").asLong())
                .isEqualTo(START.plusMillis(2000).toEpochMilli());
        assertThat(JSON.readTree(cues.getFirst().webhook().body())
                        .path("participant")
                        .path("joinedAtMs")
                        .asLong())
                .isEqualTo(START.minusMillis(10).toEpochMilli());
    }

    @Test
    void theOrderOfARealCaptureIsKept() throws IOException {
        List<Delivery> deliveries = Capture.read(List.of(Path.of("..", "captures", "webhooks-volume.ndjson")))
                .firstDeliveries();
        List<Cue> cues = PACE.cues(deliveries, START, "-a");

        assertThat(cues).extracting(Cue::at).isSorted().hasSize(deliveries.size());
        assertThat(joins(cues.stream().map(Cue::webhook).toList(), "-a"))
                .isEqualTo(joins(deliveries.stream().map(Delivery::webhook).toList(), ""));
    }

    @Test
    void tellingsShareNoIds() throws IOException {
        List<Delivery> deliveries = Capture.read(List.of(Path.of("..", "captures", "webhooks-scenarios.ndjson")))
                .firstDeliveries();
        Set<String> ids = new HashSet<>();
        for (String suffix : List.of("", "-a", "-b")) {
            PACE.cues(deliveries, START, suffix)
                    .forEach(cue -> ids.add(cue.webhook().id()));
        }

        assertThat(ids).hasSize(3 * deliveries.size());
    }

    /** Participants by the time at which they joined. */
    private static List<String> joins(List<Webhook> webhooks, String suffix) {
        record Join(long at, String sid) {}
        var joins = new ArrayList<Join>();
        for (Webhook webhook : webhooks) {
            JsonNode participant = JSON.readTree(webhook.body()).path("participant");
            if (webhook.event().equals("participant_joined")) {
                String sid = participant.path("sid").asString();
                assertThat(sid).endsWith(suffix);
                joins.add(new Join(
                        participant.path("joinedAtMs").asLong(), sid.substring(0, sid.length() - suffix.length())));
            }
        }
        joins.sort((one, other) -> Long.compare(one.at(), other.at()));
        return joins.stream().map(Join::sid).toList();
    }

    private static Delivery delivery(long receivedAt, String event, long joinedAt) {
        String body = "{\"event\":\"" + event + "\",\"participant\":{\"joinedAtMs\":\"" + joinedAt + "\"},\"id\":\"EV_"
                + receivedAt + "\",\"createdAt\":\"" + receivedAt / 1000 + "\"}";
        return new Delivery(Instant.ofEpochMilli(receivedAt), "", new Webhook("EV_" + receivedAt, event, "", body));
    }
}
