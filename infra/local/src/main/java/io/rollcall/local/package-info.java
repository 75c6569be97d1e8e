/** The launcher behind {@code ./rollcall}: what the local stack is made of, and how it is started, watched and stopped. */
@NullMarked
package io.rollcall.local;

import org.jspecify.annotations.NullMarked;
