/** Tokens, good and bad. */
@NullMarked
package io.rollcall.kit.auth;

import org.jspecify.annotations.NullMarked;
