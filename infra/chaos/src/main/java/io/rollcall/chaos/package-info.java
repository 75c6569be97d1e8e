/** Fault programs: they break a stack of their own on purpose and compare what is left with what must be. */
@NullMarked
package io.rollcall.chaos;

import org.jspecify.annotations.NullMarked;
