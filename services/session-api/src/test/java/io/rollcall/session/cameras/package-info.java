/** Tests. */
@NullMarked
package io.rollcall.session.cameras;

import org.jspecify.annotations.NullMarked;
