/** What the streams of cameras are doing, as it happens: {@code /ws/stream/stats} and the feeds for SDKs. */
@NullMarked
package io.rollcall.gateway.stats;

import org.jspecify.annotations.NullMarked;
