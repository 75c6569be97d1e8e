/** What the streams of cameras use and who watches them, from the state topics: the same on every service that says it. */
@NullMarked
package io.rollcall.kit.statistics;

import org.jspecify.annotations.NullMarked;
