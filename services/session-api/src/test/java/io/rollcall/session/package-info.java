/** Tests of session-api. */
@NullMarked
package io.rollcall.session;

import org.jspecify.annotations.NullMarked;
