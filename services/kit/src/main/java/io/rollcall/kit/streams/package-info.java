/** How a service runs its topologies: settings, named topics, dead letters, start, failure and end. */
@NullMarked
package io.rollcall.kit.streams;

import org.jspecify.annotations.NullMarked;
