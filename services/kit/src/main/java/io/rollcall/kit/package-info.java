/** What every service has without asking for it: defaults of the environment. */
@NullMarked
package io.rollcall.kit;

import org.jspecify.annotations.NullMarked;
