/** The Centrifugo client protocol, version 2: what clients ask, what they are told, and both as JSON. No I/O. */
@NullMarked
package io.rollcall.gateway.protocol;

import org.jspecify.annotations.NullMarked;
