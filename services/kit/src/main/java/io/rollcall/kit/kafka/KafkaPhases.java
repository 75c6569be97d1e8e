package io.rollcall.kit.kafka;

/**
 * Where things stand in Spring's order of starting (ascending) and ending (descending). The web server ends its
 * requests at {@code MAX_VALUE - 1024} and closes at {@code MAX_VALUE - 2048}; what requests need is below it.
 */
public final class KafkaPhases {

    /** Views of compacted topics and readers of feeds. */
    public static final int VIEWS = Integer.MAX_VALUE - 4096;

    /** Topologies, which may need views. */
    public static final int STREAMS = Integer.MAX_VALUE - 3072;

    private KafkaPhases() {}
}
