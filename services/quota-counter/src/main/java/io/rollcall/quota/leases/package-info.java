/** Leases of camera streams, counted against the limits of agencies. */
@NullMarked
package io.rollcall.quota.leases;

import org.jspecify.annotations.NullMarked;
