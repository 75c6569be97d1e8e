package io.rollcall.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.schemas.rooms.Room;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SingleObjectSerdeTest {

    static final List<Class<? extends SpecificRecord>> RECORDS = Topics.all().stream()
            .<Class<? extends SpecificRecord>>map(Topic::value)
            .distinct()
            .toList();

    @ParameterizedTest
    @FieldSource("RECORDS")
    <V extends SpecificRecord> void isWhatAvroCallsSingleObjectEncoding(Class<V> type) throws IOException {
        var serde = new SingleObjectSerde<>(type);
        V record = Samples.of(type);
        Schema schema = SpecificData.get().getSchema(type);
        SpecificData model = SpecificData.getForSchema(schema);
        var stock = new BinaryMessageEncoder<V>(model, schema).encode(record);

        byte[] bytes = requireNonNull(serde.serialize("", record));

        assertThat(ByteBuffer.wrap(bytes)).isEqualTo(stock);
        assertThat(new BinaryMessageDecoder<V>(model, schema).decode(bytes)).isEqualTo(record);
        assertThat(serde.deserialize("", bytes)).isEqualTo(record);
    }

    @Test
    void readsAnOlderVersionThatItWasGivenAndRefusesOneThatItWasNot() throws IOException {
        Schema older = SchemaBuilder.record("Room")
                .namespace("io.rollcall.schemas.rooms")
                .fields()
                .name("roomKey")
                .type()
                .stringType()
                .stringDefault("")
                .endRecord();
        GenericRecord old =
                new GenericRecordBuilder(older).set("roomKey", "standup").build();
        var encoded = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), older).encode(old);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);

        assertThat(new SingleObjectSerde<>(Room.class, older).deserialize("", bytes))
                .isEqualTo(Room.newBuilder().setRoomKey("standup").build());
        assertThatThrownBy(() -> new SingleObjectSerde<>(Room.class).deserialize("", bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("no version of Room has the fingerprint");
    }

    @Test
    void aTombstoneIsNothingAndAStumpIsRefused() {
        var serde = new SingleObjectSerde<>(Room.class);
        byte[] whole = requireNonNull(serde.serialize("", Samples.ROOM));

        assertThat(serde.serialize("", null)).isNull();
        assertThat(serde.deserialize("", null)).isNull();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> serde.deserialize("", part)).isInstanceOf(SerializationException.class);
        }
    }
}
