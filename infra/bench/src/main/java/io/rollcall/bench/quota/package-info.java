/** How fast slots of agencies are given and taken back, beside a limiter in Redis. */
@NullMarked
package io.rollcall.bench.quota;

import org.jspecify.annotations.NullMarked;
