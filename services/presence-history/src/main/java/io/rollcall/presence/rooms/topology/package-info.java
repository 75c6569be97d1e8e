/** The Kafka Streams side: which topics, which stores, and how one webhook is folded into them. */
@NullMarked
package io.rollcall.presence.rooms.topology;

import org.jspecify.annotations.NullMarked;
