/** What happens later. */
@NullMarked
package io.rollcall.sim.time;

import org.jspecify.annotations.NullMarked;
