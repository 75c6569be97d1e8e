/** What a camera is, and what may become of it. */
@NullMarked
package io.rollcall.session.cameras.domain;

import org.jspecify.annotations.NullMarked;
