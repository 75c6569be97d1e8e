/** Tests. */
@NullMarked
package io.rollcall.gateway.websocket;

import org.jspecify.annotations.NullMarked;
