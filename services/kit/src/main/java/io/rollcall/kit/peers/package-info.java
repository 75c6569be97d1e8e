/** What one instance of a service asks of another one: its part of the state. */
@NullMarked
package io.rollcall.kit.peers;

import org.jspecify.annotations.NullMarked;
