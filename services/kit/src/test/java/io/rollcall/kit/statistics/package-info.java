/** Tests of what the streams of cameras use. */
@NullMarked
package io.rollcall.kit.statistics;

import org.jspecify.annotations.NullMarked;
