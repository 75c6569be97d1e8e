/** What a connection may do when. Pure. */
@NullMarked
package io.rollcall.gateway.connections.domain;

import org.jspecify.annotations.NullMarked;
