/** session-api: the REST surfaces, what is decided behind them, and LiveKit's room API. */
@NullMarked
package io.rollcall.session;

import org.jspecify.annotations.NullMarked;
