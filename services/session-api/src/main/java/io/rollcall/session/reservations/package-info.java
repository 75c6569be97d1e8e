/** Reservations of camera streams: asked of quota-counter, with the room and the token that come with one. */
@NullMarked
package io.rollcall.session.reservations;

import org.jspecify.annotations.NullMarked;
