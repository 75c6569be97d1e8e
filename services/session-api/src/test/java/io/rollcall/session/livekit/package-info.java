/** Tests of LiveKit's edge, against its captured answers, a small server that says what it is told, and the real one. */
@NullMarked
package io.rollcall.session.livekit;

import org.jspecify.annotations.NullMarked;
