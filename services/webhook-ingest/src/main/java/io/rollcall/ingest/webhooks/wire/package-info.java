/** From what a webhook is to what travels in Kafka. */
@NullMarked
package io.rollcall.ingest.webhooks.wire;

import org.jspecify.annotations.NullMarked;
