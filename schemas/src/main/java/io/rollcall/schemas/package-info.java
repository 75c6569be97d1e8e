/** The topic catalogue and the serdes: what two services must agree on before they can talk. */
@NullMarked
package io.rollcall.schemas;

import org.jspecify.annotations.NullMarked;
