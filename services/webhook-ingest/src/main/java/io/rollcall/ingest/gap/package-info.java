/** Compares what LiveKit says it sent with what was taken. */
@NullMarked
package io.rollcall.ingest.gap;

import org.jspecify.annotations.NullMarked;
