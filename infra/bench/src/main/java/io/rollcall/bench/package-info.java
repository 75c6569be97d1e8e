/** Benchmarks: each starts what it measures by itself, prints its figures with the peers beside them, and cleans up. */
@NullMarked
package io.rollcall.bench;

import org.jspecify.annotations.NullMarked;
