package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class FixedRegistryTest {

    @Test
    void whatOneWritesAnotherReads() {
        Room room = Room.newBuilder()
                .setRoomKey("standup")
                .setRoomName("standup")
                .setRoomSid("RM_1")
                .setMetadata("")
                .setAgency("acme")
                .build();

        byte[] bytes = new AvroSerde<>(Topics.ROOMS, new FixedRegistry()).serialize("rooms", room);

        assertThat(new AvroSerde<>(Topics.ROOMS, new FixedRegistry()).deserialize("rooms", bytes))
                .isEqualTo(room);
    }

    @Test
    void anIdThatNobodyGaveIsABadRecord() {
        var registry = new FixedRegistry();

        for (int id : List.of(0, 1, Integer.MAX_VALUE)) {
            assertThatThrownBy(() -> registry.schema(id)).isInstanceOf(SerializationException.class);
        }
    }
}
