/** What a real LiveKit server sent, and what it must end in, told without the code under test. */
@NullMarked
package io.rollcall.presence.rooms.captures;

import org.jspecify.annotations.NullMarked;
