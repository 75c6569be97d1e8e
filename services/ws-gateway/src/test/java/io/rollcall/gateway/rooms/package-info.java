/** Tests. */
@NullMarked
package io.rollcall.gateway.rooms;

import org.jspecify.annotations.NullMarked;
