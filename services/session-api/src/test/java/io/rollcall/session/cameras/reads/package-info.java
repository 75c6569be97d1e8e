/** Tests. */
@NullMarked
package io.rollcall.session.cameras.reads;

import org.jspecify.annotations.NullMarked;
