/** Connections of clients, whatever carries them: what they ask is done here, in order. */
@NullMarked
package io.rollcall.gateway.connections;

import org.jspecify.annotations.NullMarked;
