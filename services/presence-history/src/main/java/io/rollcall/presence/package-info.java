/** presence-history: who is in which room, and who was. */
@NullMarked
package io.rollcall.presence;

import org.jspecify.annotations.NullMarked;
