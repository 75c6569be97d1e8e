/** Tests of the rules alone. */
@NullMarked
package io.rollcall.quota.leases.domain;

import org.jspecify.annotations.NullMarked;
