/** The edge: LiveKit's webhooks in, their statistics out. */
@NullMarked
package io.rollcall.ingest.webhooks.http;

import org.jspecify.annotations.NullMarked;
