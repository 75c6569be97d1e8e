/** Kafka's producer as a lane. */
@NullMarked
package io.rollcall.ingest.recording.kafka;

import org.jspecify.annotations.NullMarked;
