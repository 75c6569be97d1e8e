package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RealRegistryTest {

    @Test
    void givesTheSameIdsAfterARestart() {
        try (RealRegistry server = RealRegistry.start()) {
            server.publishCatalogue();
            int before = idOfRooms(server);

            server.stop();
            assertThatThrownBy(() -> idOfRooms(server)).isInstanceOf(RegistryUnavailableException.class);
            server.restart();

            assertThat(idOfRooms(server)).isEqualTo(before);
        }
    }

    private static int idOfRooms(RealRegistry server) {
        try (var registry = new ApicurioRegistry(server.url(), Duration.ofSeconds(10))) {
            return registry.id(Topics.ROOMS.subject(), Room.getClassSchema());
        }
    }
}
