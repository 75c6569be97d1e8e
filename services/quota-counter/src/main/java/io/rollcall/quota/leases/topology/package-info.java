/** Where leases and limits are decided and kept. */
@NullMarked
package io.rollcall.quota.leases.topology;

import org.jspecify.annotations.NullMarked;
