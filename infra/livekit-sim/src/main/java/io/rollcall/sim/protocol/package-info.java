/** LiveKit's messages, ids and JSON as they are on the wire. */
@NullMarked
package io.rollcall.sim.protocol;

import org.jspecify.annotations.NullMarked;
