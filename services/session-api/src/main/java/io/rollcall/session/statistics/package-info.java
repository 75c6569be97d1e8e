/** What the streams of cameras use, over HTTP. */
@NullMarked
package io.rollcall.session.statistics;

import org.jspecify.annotations.NullMarked;
