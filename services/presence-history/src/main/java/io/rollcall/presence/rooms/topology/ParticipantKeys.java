package io.rollcall.presence.rooms.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Keys of the participants topic: room key and identity, each percent-encoded, in the partition of the room. */
public final class ParticipantKeys {

    private ParticipantKeys() {}

    /** The key of an identity in a room. */
    public static String key(String roomKey, String identity) {
        return encoded(roomKey) + "/" + encoded(identity);
    }

    /** The room key in a key. */
    public static String roomKey(String key) {
        return URLDecoder.decode(key.substring(0, key.indexOf('/')), UTF_8);
    }

    /** Where everything else of the same room is. */
    static <V> StreamPartitioner<String, V> withTheirRoom() {
        return (topic, key, value, partitions) -> Optional.of(
                Set.of(BuiltInPartitioner.partitionForKey(roomKey(key).getBytes(UTF_8), partitions)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
