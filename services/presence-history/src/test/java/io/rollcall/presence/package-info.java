/** Tests of presence-history as a whole. */
@NullMarked
package io.rollcall.presence;

import org.jspecify.annotations.NullMarked;
