/** Tests. */
@NullMarked
package io.rollcall.session.cameras.domain;

import org.jspecify.annotations.NullMarked;
