/** Realtime sessions: one user's seat in one LiveKit room of its own. */
@NullMarked
package io.rollcall.session.sessions;

import org.jspecify.annotations.NullMarked;
