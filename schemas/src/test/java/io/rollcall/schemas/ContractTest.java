package io.rollcall.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.rollcall.schemas.ContractHistory.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What was published stays readable, for ever and in both directions: an event log is never rewritten, and services are
 * not upgraded at the same moment.
 */
class ContractTest {

    private static final String PUBLISH = "mvn -pl schemas -am test -Dtest=ContractTest -Dcontracts=publish"
            + " -Dsurefire.failIfNoSpecifiedTests=false";

    static final List<Topic<?>> TOPICS = Topics.all();

    @ParameterizedTest
    @FieldSource("TOPICS")
    <V extends SpecificRecord> void todaysSchemaIsTheLastPublishedVersion(Topic<V> topic) {
        Schema today = today(topic);
        List<Version> versions = ContractHistory.of(topic);
        // Comparing leaves out what is only for people to read.
        boolean published = !versions.isEmpty() && versions.getLast().schema().equals(today);
        if (!published && "publish".equals(System.getProperty("contracts"))) {
            ContractHistory.publish(topic, whole(topic));
        } else if (!published) {
            fail("the schema of " + topic.subject() + " is not the one that was published last (v" + versions.size()
                    + "). If nothing was to change, take the change back. If a new version is wanted, write it down with"
                    + "\n    " + PUBLISH + "\nand commit the new files in schemas/src/main/avro-history; never change"
                    + " those that are there.");
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void everyVersionReadsEveryOther(Topic<?> topic) {
        List<Schema> versions = new ArrayList<>(
                ContractHistory.of(topic).stream().map(Version::schema).toList());
        versions.add(today(topic));

        for (Schema reader : versions) {
            for (Schema writer : versions) {
                var check = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
                assertThat(check.getType())
                        .as(
                                "%s: version %d reading version %d: %s",
                                topic.subject(),
                                versions.indexOf(reader) + 1,
                                versions.indexOf(writer) + 1,
                                check.getResult().getIncompatibilities())
                        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void bytesOfEveryVersionAreReadByTodaysCodeAndLoseNothing(Topic<?> topic) {
        for (Version version : ContractHistory.of(topic)) {
            SpecificRecord read = readByTodaysCode(topic, version);

            byte[] today = ContractHistory.bytes(read.getSchema(), generic(read));
            GenericRecord back = ContractHistory.read(today, read.getSchema(), version.schema());
            assertThat(ContractHistory.bytes(version.schema(), back))
                    .as("%s, read by today's code, written by it, and read by the code of then", version)
                    .isEqualTo(version.record());
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void everyFieldHasADefaultAndEveryEnumASymbolForWhatIsNotKnown(Topic<?> topic) {
        List<String> missing = new ArrayList<>();
        missing(today(topic), topic.subject(), new LinkedHashSet<>(), missing);

        assertThat(missing).isEmpty();
    }

    private static void missing(Schema schema, String path, Set<String> seen, List<String> missing) {
        switch (schema.getType()) {
            case RECORD -> {
                if (seen.add(schema.getFullName())) {
                    for (Field field : schema.getFields()) {
                        if (!field.hasDefaultValue()) {
                            missing.add(path + "." + field.name() + " has no default");
                        }
                        missing(field.schema(), path + "." + field.name(), seen, missing);
                    }
                }
            }
            case ENUM -> {
                if (schema.getEnumDefault() == null) {
                    missing.add(path + " has no default symbol");
                }
            }
            case UNION -> schema.getTypes().forEach(type -> missing(type, path, seen, missing));
            case ARRAY -> missing(schema.getElementType(), path, seen, missing);
            case MAP -> missing(schema.getValueType(), path, seen, missing);
            default -> {}
        }
    }

    private static SpecificRecord readByTodaysCode(Topic<?> topic, Version version) {
        var registry = new MapRegistry();
        int id = registry.id(version.subject(), version.schema());
        byte[] bytes = ByteBuffer.allocate(5 + version.record().length)
                .put((byte) 0)
                .putInt(id)
                .put(version.record())
                .array();
        SpecificRecord read = new AvroSerde<>(topic, registry).deserialize(topic.name(), bytes);
        assertThat(read).isNotNull();
        return requireNonNull(read);
    }

    private static Schema today(Topic<?> topic) {
        return SpecificData.get().getSchema(topic.value());
    }

    private static <V extends SpecificRecord> GenericRecord whole(Topic<V> topic) {
        return generic(Samples.of(topic.value()));
    }

    private static GenericRecord generic(SpecificRecord record) {
        Schema schema = record.getSchema();
        byte[] bytes = new AvroBodyOf(record).bytes();
        return ContractHistory.read(bytes, schema, schema);
    }

    /** Only the body of a record of ours. */
    private record AvroBodyOf(SpecificRecord record) {

        byte[] bytes() {
            return body(record.getClass());
        }

        private <V extends SpecificRecord> byte[] body(Class<V> type) {
            return new AvroBody<>(type).write(new byte[0], type.cast(record));
        }
    }
}
