/** Identifiers. */
@NullMarked
package io.rollcall.kit.ids;

import org.jspecify.annotations.NullMarked;
