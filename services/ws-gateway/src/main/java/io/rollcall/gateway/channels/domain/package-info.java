/** Channels as streams with positions: what is kept of them and what a returning client can be given. Pure. */
@NullMarked
package io.rollcall.gateway.channels.domain;

import org.jspecify.annotations.NullMarked;
