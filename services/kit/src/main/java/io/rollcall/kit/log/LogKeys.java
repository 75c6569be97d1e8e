package io.rollcall.kit.log;

/**
 * The keys of log lines. The message says what, key-values say which; the words are those of headers and metric tags.
 * Payloads, tokens and secrets have no key.
 */
public final class LogKeys {

    public static final String CORRELATION_ID = "correlation-id";
    public static final String COMMAND_ID = "command-id";
    public static final String TRACEPARENT = "traceparent";
    public static final String EVENT_ID = "event-id";
    public static final String TOPIC = "topic";
    public static final String PARTITION = "partition";
    public static final String OFFSET = "offset";
    public static final String ROOM_KEY = "room-key";
    public static final String ROOM_SID = "room-sid";
    public static final String AGENCY = "agency";
    public static final String CHANNEL = "channel";
    public static final String CLIENT = "client";
    public static final String PATH = "path";
    public static final String STATUS = "status";
    public static final String REASON = "reason";
    public static final String STAGE = "stage";
    public static final String COUNT = "count";
    public static final String BYTES = "bytes";
    public static final String DURATION_MS = "duration-ms";

    private LogKeys() {}
}
