/** Tests of reservations. */
@NullMarked
package io.rollcall.session.reservations.viewers;

import org.jspecify.annotations.NullMarked;
