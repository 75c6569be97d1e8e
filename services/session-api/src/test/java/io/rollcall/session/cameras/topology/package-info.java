/** Tests. */
@NullMarked
package io.rollcall.session.cameras.topology;

import org.jspecify.annotations.NullMarked;
