/** Tests. */
@NullMarked
package io.rollcall.session.cameras.ptz;

import org.jspecify.annotations.NullMarked;
