/** Tests. */
@NullMarked
package io.rollcall.gateway.channels;

import org.jspecify.annotations.NullMarked;
