/** Tests. */
@NullMarked
package io.rollcall.session.sessions.topology;

import org.jspecify.annotations.NullMarked;
