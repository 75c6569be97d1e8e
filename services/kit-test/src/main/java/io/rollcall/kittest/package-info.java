/** The real parts that tests run against, and what makes topology tests short. */
@NullMarked
package io.rollcall.kittest;

import org.jspecify.annotations.NullMarked;
