package io.rollcall.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Apicurio's own serdes, with their defaults, against the real registry: tools that know only them read our topics. */
class StockSerdeTest {

    static final List<Topic<?>> TOPICS = Topics.all();

    private static ApicurioRegistry registry;

    @BeforeAll
    static void publish() {
        registry = new ApicurioRegistry(SharedRegistry.get().url(), Duration.ofSeconds(10));
        new SchemaPublisher(registry).publish(Topics.all());
    }

    @AfterAll
    static void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void theyReadWhatWeWrite(Topic<V> topic) {
        V record = Samples.of(topic.value());
        byte[] bytes = new AvroSerde<>(topic, registry).serialize(topic.name(), record);

        try (var stock = new AvroKafkaDeserializer<V>()) {
            stock.configure(settings(Map.of("apicurio.registry.use-specific-avro-reader", true)), false);

            assertThat(stock.deserialize(topic.name(), bytes)).isEqualTo(record);
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void theyReadItWithoutOurClasses(Topic<V> topic) throws IOException {
        V record = Samples.of(topic.value());
        byte[] bytes = requireNonNull(new AvroSerde<>(topic, registry).serialize(topic.name(), record));

        try (var stock = new AvroKafkaDeserializer<GenericRecord>()) {
            stock.configure(settings(Map.of()), false);

            GenericRecord generic = stock.deserialize(topic.name(), bytes);
            assertThat(generic.getSchema()).isEqualTo(record.getSchema());
            assertThat(body(generic)).isEqualTo(Arrays.copyOfRange(bytes, 1 + Integer.BYTES, bytes.length));
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void weReadWhatTheyWrite(Topic<V> topic) {
        V record = Samples.of(topic.value());

        try (var stock = new AvroKafkaSerializer<V>()) {
            // By default it would look for every nested type under a subject of its own.
            stock.configure(settings(Map.of("apicurio.registry.dereference-schema", true)), false);
            byte[] bytes = stock.serialize(topic.name(), record);

            var ours = new AvroSerde<>(topic, registry);
            assertThat(bytes).isEqualTo(ours.serialize(topic.name(), record));
            assertThat(ours.deserialize(topic.name(), bytes)).isEqualTo(record);
        }
    }

    private static Map<String, Object> settings(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("apicurio.registry.url", SharedRegistry.get().url() + "/apis/registry/v3");
        return settings;
    }

    /** Written down again by Avro itself: whatever was lost or changed in reading would be seen. */
    private static byte[] body(GenericRecord record) throws IOException {
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
