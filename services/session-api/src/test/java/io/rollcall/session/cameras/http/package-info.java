/** Tests. */
@NullMarked
package io.rollcall.session.cameras.http;

import org.jspecify.annotations.NullMarked;
