package io.rollcall.schemas;

import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificData;

/** The deploy step for schemas: services only look them up. Doing it twice does nothing the second time. */
public final class SchemaPublisher {

    private final ApicurioRegistry registry;

    /** Publishes to the given registry, which stays open. */
    public SchemaPublisher(ApicurioRegistry registry) {
        this.registry = registry;
    }

    /**
     * Registers the schema of every topic under the topic's subject, with the rule that all its versions must read each
     * other.
     *
     * @return the id of each subject
     * @throws RegistryUnavailableException when the registry does not answer
     * @throws IncompatibleSchemaException when it refuses one
     */
    public SortedMap<String, Integer> publish(Collection<? extends Topic<?>> topics) {
        SortedMap<String, Integer> ids = new TreeMap<>();
        for (Topic<?> topic : topics) {
            ids.put(
                    topic.subject(),
                    registry.register(topic.subject(), SpecificData.get().getSchema(topic.value())));
        }
        return ids;
    }
}
