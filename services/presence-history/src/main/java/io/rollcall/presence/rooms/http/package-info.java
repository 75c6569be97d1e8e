/** The query endpoints, answered from the state stores of whichever instance has them. */
@NullMarked
package io.rollcall.presence.rooms.http;

import org.jspecify.annotations.NullMarked;
