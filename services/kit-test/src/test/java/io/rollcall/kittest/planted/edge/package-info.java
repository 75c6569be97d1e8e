/** What a domain package must not know, and two names that say nothing. */
@NullMarked
package io.rollcall.kittest.planted.edge;

import org.jspecify.annotations.NullMarked;
