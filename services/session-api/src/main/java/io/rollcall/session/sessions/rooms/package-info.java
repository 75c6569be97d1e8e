/** Keeps the rooms of realtime sessions as the sessions are, with every poll of LiveKit. */
@NullMarked
package io.rollcall.session.sessions.rooms;

import org.jspecify.annotations.NullMarked;
