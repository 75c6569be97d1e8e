/** Tests of reservations. */
@NullMarked
package io.rollcall.session.reservations.wire;

import org.jspecify.annotations.NullMarked;
