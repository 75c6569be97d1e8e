/** Simulated clients: they join with tokens, publish, leave, and come back after a crash. */
@NullMarked
package io.rollcall.sim.people;

import org.jspecify.annotations.NullMarked;
