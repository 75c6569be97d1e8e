/** Tests. */
@NullMarked
package io.rollcall.gateway.connections;

import org.jspecify.annotations.NullMarked;
