/** {@code bench rebuild}: presence-history reads a long past into empty stores. */
@NullMarked
package io.rollcall.bench.rebuild;

import org.jspecify.annotations.NullMarked;
