/** The catalogue as every instance holds it. */
@NullMarked
package io.rollcall.session.cameras.reads;

import org.jspecify.annotations.NullMarked;
