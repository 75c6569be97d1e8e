/** LiveKit's edge: the client of its room API, the tokens that open its rooms, and the polls. */
@NullMarked
package io.rollcall.session.livekit;

import org.jspecify.annotations.NullMarked;
