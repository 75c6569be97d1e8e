/** Moves cameras, through the driver that is set. */
@NullMarked
package io.rollcall.session.cameras.ptz;

import org.jspecify.annotations.NullMarked;
