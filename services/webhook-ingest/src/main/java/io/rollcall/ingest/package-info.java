/** webhook-ingest: verifies, records and acknowledges LiveKit's webhooks. */
@NullMarked
package io.rollcall.ingest;

import org.jspecify.annotations.NullMarked;
