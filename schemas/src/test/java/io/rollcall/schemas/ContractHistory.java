package io.rollcall.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * What was ever published under a subject: {@code src/main/avro-history/<subject>/v1.avsc}, and in {@code v1.hex} a whole
 * record as that version wrote it. Files are added, never changed.
 */
final class ContractHistory {

    private static final Path FOLDER = Path.of("src", "main", "avro-history");
    private static final int BYTES_A_LINE = 40;

    /**
     * One version.
     *
     * @param hex a record with every field set, as its own code wrote it
     */
    record Version(String subject, int number, Schema schema, String hex) {

        byte[] record() {
            return HexFormat.of().parseHex(hex);
        }

        @Override
        public String toString() {
            return subject + " v" + number;
        }
    }

    private ContractHistory() {}

    /** Oldest first. */
    static List<Version> of(Topic<?> topic) {
        List<Version> versions = new ArrayList<>();
        for (int number = 1; Files.exists(file(topic, number, "avsc")); number++) {
            versions.add(new Version(
                    topic.subject(),
                    number,
                    new Schema.Parser().parse(read(file(topic, number, "avsc"))),
                    read(file(topic, number, "hex")).replaceAll("\\s", "")));
        }
        return versions;
    }

    /** Writes today's schema down as the next version. */
    static void publish(Topic<?> topic, GenericRecord record) {
        int number = of(topic).size() + 1;
        write(file(topic, number, "avsc"), SchemaFormatter.format("json/pretty", record.getSchema()) + "\n");
        String hex = HexFormat.of().formatHex(bytes(record.getSchema(), record));
        write(file(topic, number, "hex"), hex.replaceAll("(.{" + 2 * BYTES_A_LINE + "})", "$1\n") + "\n");
    }

    static byte[] bytes(Schema schema, GenericRecord record) {
        var bytes = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<>(schema).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static GenericRecord read(byte[] bytes, Schema written, Schema wanted) {
        var decoder = DecoderFactory.get().binaryDecoder(new ByteArrayInputStream(bytes), null);
        try {
            return new GenericDatumReader<GenericRecord>(written, wanted, GenericData.get()).read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(Topic<?> topic, int number, String ending) {
        return FOLDER.resolve(topic.subject()).resolve("v" + number + "." + ending);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
