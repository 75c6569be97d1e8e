package io.rollcall.schemas;

import org.apache.avro.Schema;

/** Which number stands for which schema on the wire. Both directions never change, so answers may be kept for ever. */
public interface SchemaRegistry {

    /**
     * The id under which a schema was registered by the deploy step.
     *
     * @throws RegistryUnavailableException when the registry does not answer in time, or does not have it (yet)
     */
    int id(String subject, Schema schema);

    /**
     * The schema that an id stands for.
     *
     * @throws RegistryUnavailableException when the registry does not answer in time
     * @throws org.apache.kafka.common.errors.SerializationException when there is no such id
     */
    Schema schema(int id);
}
