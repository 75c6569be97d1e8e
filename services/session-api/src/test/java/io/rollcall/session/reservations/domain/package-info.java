/** Tests of reservations. */
@NullMarked
package io.rollcall.session.reservations.domain;

import org.jspecify.annotations.NullMarked;
