package io.rollcall.kit.streams;

import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.DeadLetters.Source;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.deadletters.DeadLetterStage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What becomes of a record that cannot be decoded, processed or written: it goes to the dead letters, in the same
 * transaction, and the stream goes on. A broken world (broker, disk, registry) is not the record's fault: then the
 * thread fails, and the record comes again.
 */
public final class DeadLetterHandlers {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterHandlers.class);
    private static final String LETTERS = "rollcall.dead.letters";

    private DeadLetterHandlers() {}

    /** The settings that put them in place. */
    public static Map<String, Object> properties(DeadLetters letters) {
        return Map.of(
                "deserialization.exception.handler",
                Decoding.class,
                "processing.exception.handler",
                Processing.class,
                "production.exception.handler",
                Production.class,
                LETTERS,
                letters);
    }

    private static DeadLetters letters(Map<String, ?> configs) {
        return (DeadLetters) Objects.requireNonNull(configs.get(LETTERS), LETTERS);
    }

    /** Kafka's own troubles pass or end the process; only how a record is written down can be a record's fault. */
    private static boolean brokenWorld(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException) {
                return true;
            }
            if (cause instanceof KafkaException
                    && !(cause instanceof SerializationException)
                    && !(cause instanceof RecordTooLargeException)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable ProducerRecord<byte[], byte[]> letter(
            DeadLetters letters,
            DeadLetterStage stage,
            ErrorHandlerContext context,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Throwable failure) {
        String why = DeadLetters.describe(failure, context.processorNodeId());
        if (brokenWorld(failure)) {
            LOG.atWarn()
                    .addKeyValue(LogKeys.STAGE, stage)
                    .addKeyValue(LogKeys.TOPIC, context.topic())
                    .addKeyValue(LogKeys.PARTITION, context.partition())
                    .addKeyValue(LogKeys.OFFSET, context.offset())
                    .addKeyValue(LogKeys.REASON, why)
                    .log("a record has to wait");
            return null;
        }
        LOG.atError()
                .addKeyValue(LogKeys.STAGE, stage)
                .addKeyValue(LogKeys.TOPIC, context.topic())
                .addKeyValue(LogKeys.PARTITION, context.partition())
                .addKeyValue(LogKeys.OFFSET, context.offset())
                .addKeyValue(LogKeys.REASON, why)
                .log("a record goes to the dead letters");
        var headers = context.headers() == null ? new RecordHeaders() : context.headers();
        // What a punctuator makes comes from no record.
        String topic = context.topic() == null ? "" : context.topic();
        return letters.letter(
                stage,
                new Source(topic, context.partition(), context.offset(), context.timestamp(), headers),
                key,
                value,
                why);
    }

    /** Records that are not what their topic promises. */
    public static final class Decoding implements DeserializationExceptionHandler {

        private @Nullable DeadLetters letters;

        @Override
        public void configure(Map<String, ?> configs) {
            letters = letters(configs);
        }

        @Override
        public DeserializationExceptionHandler.Response handleError(
                ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception failure) {
            var letter = letter(
                    Objects.requireNonNull(letters),
                    DeadLetterStage.DECODE,
                    context,
                    record.key(),
                    record.value(),
                    failure);
            return letter == null
                    ? DeserializationExceptionHandler.Response.fail()
                    : DeserializationExceptionHandler.Response.resume(List.of(letter));
        }
    }

    /** Records on which our own code fails. */
    public static final class Processing implements ProcessingExceptionHandler {

        private @Nullable DeadLetters letters;

        @Override
        public void configure(Map<String, ?> configs) {
            letters = letters(configs);
        }

        @Override
        public ProcessingExceptionHandler.Response handleError(
                ErrorHandlerContext context, Record<?, ?> record, Exception failure) {
            var letter = letter(
                    Objects.requireNonNull(letters),
                    DeadLetterStage.PROCESS,
                    context,
                    context.sourceRawKey(),
                    context.sourceRawValue(),
                    failure);
            return letter == null
                    ? ProcessingExceptionHandler.Response.fail()
                    : ProcessingExceptionHandler.Response.resume(List.of(letter));
        }
    }

    /** Records that cannot be written down, or that the broker does not take. */
    public static final class Production implements ProductionExceptionHandler {

        private @Nullable DeadLetters letters;

        @Override
        public void configure(Map<String, ?> configs) {
            letters = letters(configs);
        }

        /**
         * A transaction in which a send failed cannot be committed, so going on would only fail at the commit. What passes
         * begins its transaction anew where Kafka Streams can; else the thread fails with the cause. What is too large
         * never comes here: {@link StreamTopic} finds it.
         */
        @Override
        public ProductionExceptionHandler.Response handleError(
                ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception failure) {
            boolean passes = failure instanceof RetriableException;
            LOG.atLevel(passes ? Level.WARN : Level.ERROR)
                    .addKeyValue(LogKeys.TOPIC, record.topic())
                    .addKeyValue(LogKeys.REASON, failure.getClass().getSimpleName())
                    .log(passes ? "a record could not be sent yet" : "a record cannot be sent");
            return passes ? ProductionExceptionHandler.Response.retry() : ProductionExceptionHandler.Response.fail();
        }

        @Override
        @SuppressWarnings("rawtypes")
        public ProductionExceptionHandler.Response handleSerializationError(
                ErrorHandlerContext context,
                ProducerRecord record,
                Exception failure,
                SerializationExceptionOrigin origin) {
            var letter = letter(
                    Objects.requireNonNull(letters),
                    DeadLetterStage.PRODUCE,
                    context,
                    context.sourceRawKey(),
                    context.sourceRawValue(),
                    failure);
            return letter == null
                    ? ProductionExceptionHandler.Response.fail()
                    : ProductionExceptionHandler.Response.resume(List.of(letter));
        }
    }
}
