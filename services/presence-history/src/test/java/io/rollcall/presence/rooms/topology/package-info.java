/** The topology on the driver, and on a real broker. */
@NullMarked
package io.rollcall.presence.rooms.topology;

import org.jspecify.annotations.NullMarked;
