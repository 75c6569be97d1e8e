/** Reservations over HTTP. */
@NullMarked
package io.rollcall.session.reservations.http;

import org.jspecify.annotations.NullMarked;
