/** Between what is on the wire or in a store and the domain: pure, and round-trip tested. */
@NullMarked
package io.rollcall.presence.rooms.wire;

import org.jspecify.annotations.NullMarked;
