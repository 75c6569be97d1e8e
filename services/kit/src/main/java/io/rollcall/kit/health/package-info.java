/** Is it alive, is it ready, and why not. */
@NullMarked
package io.rollcall.kit.health;

import org.jspecify.annotations.NullMarked;
