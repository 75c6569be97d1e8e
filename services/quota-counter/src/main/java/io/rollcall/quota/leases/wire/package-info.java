/** Leases and limits as their topics carry them. */
@NullMarked
package io.rollcall.quota.leases.wire;

import org.jspecify.annotations.NullMarked;
