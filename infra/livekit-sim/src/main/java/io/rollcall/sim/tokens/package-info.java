/** Access tokens: verified as LiveKit does, and what they grant. */
@NullMarked
package io.rollcall.sim.tokens;

import org.jspecify.annotations.NullMarked;
