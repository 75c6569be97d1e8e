/** Tests of what is told of the streams of cameras. */
@NullMarked
package io.rollcall.gateway.stats;

import org.jspecify.annotations.NullMarked;
