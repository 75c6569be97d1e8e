/** Tests of the deploy step, and of what is deployed against what it is deployed from. */
@NullMarked
package io.rollcall.deploy;

import org.jspecify.annotations.NullMarked;
