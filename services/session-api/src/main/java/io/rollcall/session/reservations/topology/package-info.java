/** What cameras mean for reservations. */
@NullMarked
package io.rollcall.session.reservations.topology;

import org.jspecify.annotations.NullMarked;
