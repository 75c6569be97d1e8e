/** Tests of the whole service. */
@NullMarked
package io.rollcall.quota;

import org.jspecify.annotations.NullMarked;
