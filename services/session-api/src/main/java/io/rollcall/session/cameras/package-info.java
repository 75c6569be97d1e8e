/** Cameras: their catalogue, and the moving of them. */
@NullMarked
package io.rollcall.session.cameras;

import org.jspecify.annotations.NullMarked;
