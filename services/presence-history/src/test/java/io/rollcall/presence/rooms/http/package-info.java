/** What the endpoints make of the stores. */
@NullMarked
package io.rollcall.presence.rooms.http;

import org.jspecify.annotations.NullMarked;
