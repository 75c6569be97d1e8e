/** Tests. */
@NullMarked
package io.rollcall.gateway.tokens;

import org.jspecify.annotations.NullMarked;
