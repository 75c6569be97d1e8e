/** The sender of webhooks by LiveKit's rules, and what may be done to them on the way. */
@NullMarked
package io.rollcall.sim.webhooks;

import org.jspecify.annotations.NullMarked;
