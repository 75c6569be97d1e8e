/** Viewers whose reservation has ended leave their room. */
@NullMarked
package io.rollcall.session.reservations.viewers;

import org.jspecify.annotations.NullMarked;
