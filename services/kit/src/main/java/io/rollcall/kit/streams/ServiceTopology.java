package io.rollcall.kit.streams;

import org.apache.kafka.streams.StreamsBuilder;

/** A part of what a service computes: adds named nodes, starts nothing. A service makes each a bean. */
@FunctionalInterface
public interface ServiceTopology {

    /** Adds its nodes and stores. */
    void addTo(StreamsBuilder builder);
}
