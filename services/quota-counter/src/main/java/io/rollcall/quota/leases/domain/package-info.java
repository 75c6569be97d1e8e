/** The rules of leases and limits: who gets a slot, and when it is free again. */
@NullMarked
package io.rollcall.quota.leases.domain;

import org.jspecify.annotations.NullMarked;
