package io.rollcall.kit.streams;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Gives a service its topics, and knows what has to be asked of the registry before the first record. */
public final class StreamTopics {

    private final SchemaRegistry registry;
    private final DeadLetters deadLetters;
    private final List<Topic<?>> given = new CopyOnWriteArrayList<>();

    /** Asks the given registry. */
    public StreamTopics(SchemaRegistry registry, DeadLetters deadLetters) {
        this.registry = registry;
        this.deadLetters = deadLetters;
    }

    /** The topic as a topology reads or writes it. */
    public <V extends SpecificRecord> StreamTopic<V> of(Topic<V> topic) {
        given.add(topic);
        return new StreamTopic<>(topic, registry);
    }

    /**
     * Learns the schema ids of all of them, so that from now on the registry may go.
     *
     * @throws io.rollcall.schemas.RegistryUnavailableException when it is not there, or does not have one yet
     */
    void warm() {
        for (Topic<?> topic : given) {
            registry.id(topic.subject(), SpecificData.get().getSchema(topic.value()));
        }
        deadLetters.warm();
    }
}
