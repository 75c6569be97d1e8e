/** Tests of the rules of polls. */
@NullMarked
package io.rollcall.session.livekit.domain;

import org.jspecify.annotations.NullMarked;
