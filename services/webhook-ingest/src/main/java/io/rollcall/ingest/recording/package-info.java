/** Gets every delivery that was taken into Kafka: at once, or by way of the spool, in the order of its room. */
@NullMarked
package io.rollcall.ingest.recording;

import org.jspecify.annotations.NullMarked;
