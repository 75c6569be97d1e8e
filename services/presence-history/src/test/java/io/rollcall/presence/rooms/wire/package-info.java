/** Between the wire and the domain. */
@NullMarked
package io.rollcall.presence.rooms.wire;

import org.jspecify.annotations.NullMarked;
