/** Tests. */
@NullMarked
package io.rollcall.gateway.channels.domain;

import org.jspecify.annotations.NullMarked;
