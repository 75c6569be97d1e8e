/** A test double of LiveKit with LiveKit's exact outside, as a class and as a process. */
@NullMarked
package io.rollcall.sim;

import org.jspecify.annotations.NullMarked;
