/** Agencies over HTTP. */
@NullMarked
package io.rollcall.quota.leases.http;

import org.jspecify.annotations.NullMarked;
