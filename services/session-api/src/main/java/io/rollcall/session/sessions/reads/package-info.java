/** Sessions as they are read. */
@NullMarked
package io.rollcall.session.sessions.reads;

import org.jspecify.annotations.NullMarked;
