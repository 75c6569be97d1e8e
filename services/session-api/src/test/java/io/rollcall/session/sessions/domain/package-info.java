/** Tests. */
@NullMarked
package io.rollcall.session.sessions.domain;

import org.jspecify.annotations.NullMarked;
