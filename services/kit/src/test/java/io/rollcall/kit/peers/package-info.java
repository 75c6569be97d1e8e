/** Tests of what instances ask of each other. */
@NullMarked
package io.rollcall.kit.peers;

import org.jspecify.annotations.NullMarked;
