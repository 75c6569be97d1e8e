/** How sessions are read, with a real Redis and a real broker. */
@NullMarked
package io.rollcall.session.sessions.reads;

import org.jspecify.annotations.NullMarked;
