package io.rollcall.kit.kafka;

import io.rollcall.kit.ids.Uuid7;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.deadletters.DeadLetter;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes dead letters: what could not be decoded, mapped or processed, with the cause and its place, within bounds, and
 * never with a secret in it. The same record gives a letter of the same id every time.
 */
public final class DeadLetters {

    /** Longer values are left out: a whole webhook fits, and with the rest of the letter the topic takes it. */
    public static final int MAX_VALUE_BYTES = 4_500 * 1024;

    /** Longer keys are left out. */
    public static final int MAX_KEY_BYTES = 16 * 1024;

    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int MAX_CAUSES = 8;
    private static final byte[] SECRET = "turnpassword".getBytes(StandardCharsets.US_ASCII);

    private final Service service;
    private final Topic<DeadLetter> topic;
    private final AvroSerde<DeadLetter> serde;
    private final InstantSource clock;

    /** Makes those of one service. */
    public DeadLetters(Service service, SchemaRegistry registry, InstantSource clock) {
        this.service = service;
        this.topic = Topics.deadLetters(service);
        this.serde = new AvroSerde<>(topic, registry);
        this.clock = clock;
    }

    /** What a letter is about.
     *
     * @param topic where the record came from
     * @param partition its partition
     * @param offset its offset
     * @param timestamp its time in milliseconds
     * @param headers its headers, kept as they are within a bound
     */
    public record Source(String topic, int partition, long offset, long timestamp, Headers headers) {}

    /** The letter of a record that came from a topic, ready to be produced. */
    public ProducerRecord<byte[], byte[]> letter(
            DeadLetterStage stage, Source source, byte @Nullable [] key, byte @Nullable [] value, Throwable cause) {
        return letter(stage, source, key, value, describe(cause));
    }

    /** The same with the cause in words, which repeat nothing of the record. */
    public ProducerRecord<byte[], byte[]> letter(
            DeadLetterStage stage, Source source, byte @Nullable [] key, byte @Nullable [] value, String cause) {
        Instant at = Instant.ofEpochMilli(Math.max(0, source.timestamp()));
        byte[] keptKey = key == null || key.length > MAX_KEY_BYTES || holdsSecret(key) ? null : key;
        byte[] keptValue = value == null || value.length > MAX_VALUE_BYTES || holdsSecret(value) ? null : value;
        var why = new StringBuilder(cause);
        if (value != null && keptValue == null) {
            why.append("; value of ").append(value.length).append(" bytes left out");
        }
        if (key != null && keptKey == null) {
            why.append("; key of ").append(key.length).append(" bytes left out");
        }
        Header correlation = source.headers().lastHeader(LogKeys.CORRELATION_ID);
        var letter = DeadLetter.newBuilder()
                .setId(Uuid7.ofRecord(at, source.topic() + "/" + stage, source.partition(), source.offset(), 0)
                        .toString())
                .setOccurredAt(clock.instant())
                .setService(service.id())
                .setStage(stage)
                .setCause(why.toString())
                .setCorrelationId(
                        correlation == null || correlation.value() == null
                                ? ""
                                : new String(correlation.value(), StandardCharsets.UTF_8))
                .setSourceTopic(source.topic())
                .setSourcePartition(source.partition())
                .setSourceOffset(source.offset())
                .setKey(keptKey == null ? null : ByteBuffer.wrap(keptKey))
                .setValue(keptValue == null ? null : ByteBuffer.wrap(keptValue))
                .build();
        Headers headers = within(MAX_HEADER_BYTES, source.headers());
        // What a tool without the schema can show.
        headers.add(LogKeys.STAGE, stage.name().getBytes(StandardCharsets.UTF_8));
        headers.add(LogKeys.REASON, letter.getCause().getBytes(StandardCharsets.UTF_8));
        return new ProducerRecord<>(topic.name(), null, keptKey, bytes(letter), headers);
    }

    /** The value of a letter that was made elsewhere, as it goes over the wire. */
    public byte[] bytes(DeadLetter letter) {
        return Objects.requireNonNull(serde.serialize(topic.name(), letter));
    }

    /** Where they go. */
    public Topic<DeadLetter> topic() {
        return topic;
    }

    /** Asks the registry now for what a letter needs, so that one can be written without it later. */
    public void warm() {
        serde.warm();
    }

    /** What went wrong, and where in a topology. */
    public static String describe(Throwable failure, @Nullable String node) {
        return node == null ? describe(failure) : describe(failure) + " in " + node;
    }

    /** What went wrong and where, without the words of a message: those may repeat what was in the record. */
    public static String describe(Throwable failure) {
        var chain = new StringJoiner(" < ");
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            StackTraceElement[] trace = cause.getStackTrace();
            String name = cause.getClass().getSimpleName();
            chain.add(
                    trace.length == 0
                            ? name
                            : name + " at " + simple(trace[0].getClassName()) + "." + trace[0].getMethodName() + ":"
                                    + trace[0].getLineNumber());
        }
        return chain.toString();
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** LiveKit's TURN password, however the field is written: {@code turnPassword}, {@code turn_password}. */
    static boolean holdsSecret(byte[] bytes) {
        int matched = 0;
        for (byte b : bytes) {
            int lower = b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
            if (lower == '_' && matched > 0) {
                continue;
            }
            // Of all its letters only the first is "t", so a mismatch can only begin anew.
            matched = lower == SECRET[matched] ? matched + 1 : lower == SECRET[0] ? 1 : 0;
            if (matched == SECRET.length) {
                return true;
            }
        }
        return false;
    }

    private static Headers within(int bytes, Headers headers) {
        var kept = new RecordHeaders();
        int sum = 0;
        for (Header header : headers) {
            sum += header.key().length() + (header.value() == null ? 0 : header.value().length);
            if (sum <= bytes && !header.key().toLowerCase(Locale.ROOT).contains("authorization")) {
                kept.add(header);
            }
        }
        return kept;
    }
}
