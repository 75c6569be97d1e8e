/** Tests. */
@NullMarked
package io.rollcall.session.cameras.secrets;

import org.jspecify.annotations.NullMarked;
