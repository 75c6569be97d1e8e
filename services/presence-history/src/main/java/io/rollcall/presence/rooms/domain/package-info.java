/** The rules by which LiveKit's webhooks become rooms and presence: pure, without a clock, Kafka, Avro or Spring. */
@NullMarked
package io.rollcall.presence.rooms.domain;

import org.jspecify.annotations.NullMarked;
