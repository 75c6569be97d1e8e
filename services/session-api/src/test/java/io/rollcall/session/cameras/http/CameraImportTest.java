package io.rollcall.session.cameras.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import io.rollcall.session.cameras.wire.CameraSubject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where nobody decides. */
class CameraImportTest {

    private final FixedRegistry registry = new FixedRegistry();
    private final KafkaSettings kafka = new KafkaSettings(
            "127.0.0.1:1", URI.create("http://127.0.0.1:1"), Duration.ofSeconds(2), Duration.ofSeconds(6), Map.of());
    private final CommandClient<io.rollcall.schemas.cameras.CameraCommand, io.rollcall.schemas.cameras.CameraEvent>
            commands = new CommandClient<>(
                    new CameraSubject(), registry, kafka, "test", InstantSource.system(), Duration.ofSeconds(2), 1_000);
    private final CameraCatalogue catalogue = new CameraCatalogue(new View<>(Topics.CAMERAS, registry, kafka, "test"));
    private final CameraReader reader =
            new CameraReader(new CameraSecrets("one-of-our-own-that-nobody-else-knows", new SecureRandom()));

    private static byte[] csv(String... rows) {
        return ("id,name,source\n" + String.join("\n", rows)).getBytes(StandardCharsets.UTF_8);
    }

    private static CommandHeader header() {
        return CommandHeader.newBuilder()
                .setCommandId("c1")
                .setIssuedAt(Instant.parse("2026-11-25T12:00:00Z"))
                .build();
    }

    @Test
    void whereNothingCanBeRecordedItIsNotTheRowsThatAreWrong() {
        var imports = new CameraImport(commands, catalogue, reader);

        assertThatThrownBy(() -> imports.run(csv("a,Gate,METRO", "b,,METRO", "c,Gate,METRO"), Rows.CSV, header()))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void beforeTheCamerasHaveBeenReadNoneIsUnknown() {
        assertThatThrownBy(() -> catalogue.get("a")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> catalogue.list(new CameraCatalogue.Query(null, null, ""), 10, 0))
                .isInstanceOf(UnavailableException.class);
    }
}
