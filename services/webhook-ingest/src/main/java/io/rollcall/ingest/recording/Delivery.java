package io.rollcall.ingest.recording;

import io.rollcall.ingest.webhooks.domain.Scan;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A signed webhook that has been taken and is to be recorded.
 *
 * @param id of the record it becomes; the same again when it is sent twice
 * @param receivedAtMillis when it arrived: the timestamp of the record, however long it lay in the spool
 * @param apiKey whose secret signed it
 * @param traceparent passed through when the sender gave one
 */
public record Delivery(
        UUID id,
        long receivedAtMillis,
        String apiKey,
        String correlationId,
        @Nullable String traceparent,
        Scan scan) {}
