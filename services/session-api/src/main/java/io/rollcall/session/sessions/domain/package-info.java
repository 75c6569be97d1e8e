/** What a realtime session is and what may happen to it. */
@NullMarked
package io.rollcall.session.sessions.domain;

import org.jspecify.annotations.NullMarked;
