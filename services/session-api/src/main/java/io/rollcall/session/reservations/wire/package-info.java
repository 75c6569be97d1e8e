/** What session-api says to the deciders of quotas. */
@NullMarked
package io.rollcall.session.reservations.wire;

import org.jspecify.annotations.NullMarked;
