/** What a webhook is and when it counts as LiveKit's: pure, knows no HTTP, Kafka, Avro, Spring or clock. */
@NullMarked
package io.rollcall.ingest.webhooks.domain;

import org.jspecify.annotations.NullMarked;
