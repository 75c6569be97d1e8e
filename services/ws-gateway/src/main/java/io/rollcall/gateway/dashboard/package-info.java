/** What a page shows before the first event: the rooms that are open now, and from where to follow them. */
@NullMarked
package io.rollcall.gateway.dashboard;

import org.jspecify.annotations.NullMarked;
