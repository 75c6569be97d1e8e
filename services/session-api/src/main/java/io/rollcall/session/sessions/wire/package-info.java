/** Realtime sessions as their topics carry them. */
@NullMarked
package io.rollcall.session.sessions.wire;

import org.jspecify.annotations.NullMarked;
