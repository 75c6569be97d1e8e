/** The rooms in which cameras are watched. */
@NullMarked
package io.rollcall.session.reservations.rooms;

import org.jspecify.annotations.NullMarked;
