/** The broker and the deploy step, against a broker that really runs. */
@NullMarked
package io.rollcall.broker;

import org.jspecify.annotations.NullMarked;
