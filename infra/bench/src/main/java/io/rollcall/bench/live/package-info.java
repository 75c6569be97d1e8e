/** {@code bench live}: how long a webhook takes to the frame that a subscriber gets. */
@NullMarked
package io.rollcall.bench.live;

import org.jspecify.annotations.NullMarked;
