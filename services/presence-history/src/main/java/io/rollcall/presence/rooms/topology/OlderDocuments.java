package io.rollcall.presence.rooms.topology;

import io.rollcall.schemas.SingleObjectSerde;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Schemas that documents in the stores were once written with. Before a document changes, the schema it has goes to
 * {@code avro-history} under the next number: a store that lives on holds documents of every version.
 */
final class OlderDocuments {

    private static final int VERSIONS = 2;

    /** In an order in which each names only those before it. */
    private static final List<String> DOCUMENTS = List.of("SessionDocument", "RoomDocument", "ParticipantDocument");

    private OlderDocuments() {}

    /** Reads what was written with any version. */
    static <V extends SpecificRecord> SingleObjectSerde<V> serde(Class<V> type) {
        var older = new Schema[VERSIONS];
        for (int version = 1; version <= VERSIONS; version++) {
            older[version - 1] = schema(type.getSimpleName(), version);
        }
        return new SingleObjectSerde<>(type, older);
    }

    private static Schema schema(String document, int version) {
        var parser = new Schema.Parser();
        Schema wanted = null;
        for (String name : DOCUMENTS) {
            Schema parsed = parsed(parser, "/avro-history/" + name + "-" + version + ".avsc");
            wanted = name.equals(document) ? parsed : wanted;
        }
        if (wanted == null) {
            throw new IllegalArgumentException("no document of a store: " + document);
        }
        return wanted;
    }

    private static Schema parsed(Schema.Parser parser, String resource) {
        try (InputStream stream = OlderDocuments.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("missing in the jar: " + resource);
            }
            return parser.parse(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
