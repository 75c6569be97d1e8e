/** The feeds of rooms: {@code rooms:<name>} and {@code rooms:*}, from the log to their streams. */
@NullMarked
package io.rollcall.gateway.rooms;

import org.jspecify.annotations.NullMarked;
