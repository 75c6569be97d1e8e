/** Cameras as their topics carry them. */
@NullMarked
package io.rollcall.session.cameras.wire;

import org.jspecify.annotations.NullMarked;
