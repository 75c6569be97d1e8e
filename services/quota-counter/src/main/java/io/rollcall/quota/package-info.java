/** quota-counter: what each agency uses of its limit, never more than that. */
@NullMarked
package io.rollcall.quota;

import org.jspecify.annotations.NullMarked;
