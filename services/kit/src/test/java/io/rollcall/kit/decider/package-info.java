/** The runtime of deciders, tried. */
@NullMarked
package io.rollcall.kit.decider;

import org.jspecify.annotations.NullMarked;
