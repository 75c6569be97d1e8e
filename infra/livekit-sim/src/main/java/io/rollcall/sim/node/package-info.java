/** The rooms and people of one LiveKit node, and the events that it tells. */
@NullMarked
package io.rollcall.sim.node;

import org.jspecify.annotations.NullMarked;
