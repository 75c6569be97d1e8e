/** What opens a camera's stream, out of everybody's sight. */
@NullMarked
package io.rollcall.session.cameras.secrets;

import org.jspecify.annotations.NullMarked;
