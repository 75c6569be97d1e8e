/** How a service talks to Kafka: client settings, the exactly-once guard, views over compacted topics, dead letters. */
@NullMarked
package io.rollcall.kit.kafka;

import org.jspecify.annotations.NullMarked;
