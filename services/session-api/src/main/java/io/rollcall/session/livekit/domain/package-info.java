/** What LiveKit says of its rooms, and what follows from it. */
@NullMarked
package io.rollcall.session.livekit.domain;

import org.jspecify.annotations.NullMarked;
