/** Channels as the gateway serves them: their streams, who listens, and how a name finds its stream. */
@NullMarked
package io.rollcall.gateway.channels;

import org.jspecify.annotations.NullMarked;
