/** A load generator that costs far less than what it measures: one thread, prebuilt requests, keep-alive connections. */
@NullMarked
package io.rollcall.bench.load;

import org.jspecify.annotations.NullMarked;
