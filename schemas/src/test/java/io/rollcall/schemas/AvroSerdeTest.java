package io.rollcall.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.livekit.LivekitEvent;
import io.rollcall.schemas.rooms.Room;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class AvroSerdeTest {

    static final List<Topic<?>> TOPICS = Topics.all();

    private final MapRegistry registry = new MapRegistry();

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void readsWhatItWrites(Topic<V> topic) {
        var serde = new AvroSerde<>(topic, registry);
        V record = Samples.of(topic.value());

        assertThat(serde.deserialize(topic.name(), serde.serialize(topic.name(), record)))
                .isEqualTo(record);
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void writesAZeroByteTheIdAndWhatAvroItselfWrites(Topic<V> topic) throws IOException {
        V record = Samples.of(topic.value());
        var expected = new ByteArrayOutputStream();
        expected.writeBytes(new byte[] {0, 0, 0, 0, 1});
        var encoder = EncoderFactory.get().binaryEncoder(expected, null);
        new SpecificDatumWriter<>(topic.value()).write(record, encoder);
        encoder.flush();

        assertThat(new AvroSerde<>(topic, registry).serialize(topic.name(), record))
                .isEqualTo(expected.toByteArray());
    }

    @Test
    void asksTheRegistryOnceInEachDirection() {
        var serde = new AvroSerde<>(Topics.ROOMS, registry);

        for (int i = 0; i < 5; i++) {
            serde.deserialize("rooms", serde.serialize("rooms", Samples.ROOM));
        }

        assertThat(registry.questions()).isEqualTo(2);
    }

    @Test
    void aTombstoneIsNothingInBothDirections() {
        var serde = new AvroSerde<>(Topics.ROOMS, registry);

        assertThat(serde.serialize("rooms", null)).isNull();
        assertThat(serde.deserialize("rooms", null)).isNull();
    }

    @Test
    void aLargeRecordIsWholeAndSmallOnesAfterItAreToo() {
        var serde = new AvroSerde<>(Topics.LIVEKIT_EVENTS, registry);
        LivekitEvent large = LivekitEvent.newBuilder(Samples.LIVEKIT_EVENT)
                .setPayload("ü".repeat(2_000_000))
                .build();

        for (LivekitEvent event : List.of(Samples.LIVEKIT_EVENT, large, Samples.LIVEKIT_EVENT)) {
            assertThat(serde.deserialize("livekit-events", serde.serialize("livekit-events", event)))
                    .isEqualTo(event);
        }
    }

    @Test
    void manyThreadsShareOne() throws Exception {
        var serde = new AvroSerde<>(Topics.ROOMS, registry);
        serde.warm();
        Callable<Boolean> roundTrip = () -> {
            for (int i = 0; i < 200; i++) {
                Room room = Room.newBuilder(Samples.ROOM).setPeople(i).build();
                if (!room.equals(serde.deserialize("rooms", serde.serialize("rooms", room)))) {
                    return false;
                }
            }
            return true;
        };
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var result : threads.invokeAll(new ArrayList<>(Collections.nCopies(32, roundTrip)))) {
                assertThat(result.resultNow()).isTrue();
            }
        }
    }

    @Test
    void bytesOfAnOlderVersionGetTheDefaultsOfWhatIsNew() throws IOException {
        Schema older = SchemaBuilder.record("Room")
                .namespace("io.rollcall.schemas.rooms")
                .fields()
                .name("roomKey")
                .type()
                .stringType()
                .stringDefault("")
                .name("leftOutSince")
                .type()
                .intType()
                .intDefault(0)
                .endRecord();
        int id = registry.id("rooms-value", older);
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<>(older)
                .write(
                        new GenericRecordBuilder(older)
                                .set("roomKey", "standup")
                                .set("leftOutSince", 7)
                                .build(),
                        encoder);
        encoder.flush();

        Room room = requireNonNull(new AvroSerde<>(Topics.ROOMS, registry).deserialize("rooms", bytes.toByteArray()));

        assertThat(room).isEqualTo(Room.newBuilder().setRoomKey("standup").build());
        assertThat(room.getOpenedAt()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void refusesWhatIsNotInTheLayoutAndSaysNothingOfWhatIsInIt() {
        var serde = new AvroSerde<>(Topics.ROOMS, registry);

        assertThatThrownBy(() -> serde.deserialize("rooms", "{\"secret\":1}".getBytes(UTF_8)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("12 bytes")
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesARecordThatIsCutShort() {
        var serde = new AvroSerde<>(Topics.ROOMS, registry);
        byte[] whole = requireNonNull(serde.serialize("rooms", Samples.ROOM));

        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> serde.deserialize("rooms", part)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void refusesARecordOfAnotherKind() {
        byte[] letter = new AvroSerde<>(Topics.deadLetters(Service.WS_GATEWAY), registry)
                .serialize("ws-gateway-dead-letters", Samples.DEAD_LETTER);

        assertThatThrownBy(() -> new AvroSerde<>(Topics.ROOMS, registry).deserialize("rooms", letter))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Room");
    }

    @Test
    void refusesToWriteARecordThatIsNotWhole() {
        Room room = Room.newBuilder(Samples.ROOM).build();
        room.put("roomKey", null);

        assertThatThrownBy(() -> new AvroSerde<>(Topics.ROOMS, registry).serialize("rooms", room))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("roomKey");
    }

    @Test
    void aRegistryThatIsAwayIsNoBadRecord() {
        SchemaRegistry away = new SchemaRegistry() {
            @Override
            public int id(String subject, Schema schema) {
                throw new RegistryUnavailableException("away");
            }

            @Override
            public Schema schema(int id) {
                throw new RegistryUnavailableException("away");
            }
        };
        byte[] bytes = new AvroSerde<>(Topics.ROOMS, registry).serialize("rooms", Samples.ROOM);

        assertThatThrownBy(() -> new AvroSerde<>(Topics.ROOMS, away).deserialize("rooms", bytes))
                .isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> new AvroSerde<>(Topics.ROOMS, away).serialize("rooms", Samples.ROOM))
                .isInstanceOf(RegistryUnavailableException.class);
    }
}
