/** Tests of what a webhook is and when it counts as LiveKit's. */
@NullMarked
package io.rollcall.ingest.webhooks.domain;

import org.jspecify.annotations.NullMarked;
