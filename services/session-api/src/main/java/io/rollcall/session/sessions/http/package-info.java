/** The REST surface of realtime sessions. */
@NullMarked
package io.rollcall.session.sessions.http;

import org.jspecify.annotations.NullMarked;
