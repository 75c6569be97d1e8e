/** How topologies run, on a real broker. */
@NullMarked
package io.rollcall.kit.streams;

import org.jspecify.annotations.NullMarked;
