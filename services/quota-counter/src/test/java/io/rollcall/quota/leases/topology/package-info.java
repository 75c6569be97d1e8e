/** Tests of the topology, without a broker. */
@NullMarked
package io.rollcall.quota.leases.topology;

import org.jspecify.annotations.NullMarked;
