/** The tokens that say who a client is and what it may read. */
@NullMarked
package io.rollcall.gateway.tokens;

import org.jspecify.annotations.NullMarked;
