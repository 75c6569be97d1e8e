/** Tests of how deliveries get into Kafka. */
@NullMarked
package io.rollcall.ingest.recording;

import org.jspecify.annotations.NullMarked;
