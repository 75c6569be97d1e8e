/** The fixed keys of log lines. */
@NullMarked
package io.rollcall.kit.log;

import org.jspecify.annotations.NullMarked;
