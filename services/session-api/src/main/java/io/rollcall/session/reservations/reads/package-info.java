/** Reservations as clients read them. */
@NullMarked
package io.rollcall.session.reservations.reads;

import org.jspecify.annotations.NullMarked;
