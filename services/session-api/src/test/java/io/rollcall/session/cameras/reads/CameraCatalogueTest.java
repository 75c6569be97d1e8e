package io.rollcall.session.cameras.reads;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.Camera;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a change is shown; what is shown is tested over HTTP. */
class CameraCatalogueTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final CameraCatalogue catalogue = new CameraCatalogue(new View<>(
            Topics.CAMERAS,
            new FixedRegistry(),
            new KafkaSettings(
                    "127.0.0.1:1",
                    URI.create("http://127.0.0.1:1"),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(6),
                    Map.of()),
            "test"));

    private static Camera camera(Instant createdAt, int version) {
        return Camera.newBuilder()
                .setCameraId("cam-1")
                .setCreatedAt(createdAt)
                .setVersion(version)
                .build();
    }

    private void reads(@Nullable Camera camera) {
        catalogue.changed(new View.Change<>("cam-1", null, camera, 0, 0, 0));
    }

    @Test
    void aChangeIsShownOnceItOrALaterOneHasBeenRead() {
        reads(camera(NOON, 1));
        CompletableFuture<Void> second = catalogue.shows("cam-1", camera(NOON, 2));
        CompletableFuture<Void> third = catalogue.shows("cam-1", camera(NOON, 3));
        assertThat(second).isNotDone();

        reads(camera(NOON, 2));

        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
        reads(camera(NOON.plusSeconds(1), 1));
        assertThat(third).as("it was removed and made again since").isCompleted();
        assertThat(catalogue.shows("cam-1", camera(NOON, 9))).isCompleted();
    }

    @Test
    void aRemovalIsShownOnceTheCameraIsGone() {
        reads(camera(NOON, 1));
        CompletableFuture<Void> gone = catalogue.shows("cam-1", null);
        assertThat(gone).isNotDone();

        reads(null);

        assertThat(gone).isCompleted();
        assertThat(catalogue.shows("cam-1", null)).isCompleted();
    }

    @Test
    void nobodyWaitsForEver() {
        assertThat(catalogue.shows("cam-1", camera(NOON, 1))).succeedsWithin(Duration.ofSeconds(20));
    }
}
