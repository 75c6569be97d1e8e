/** What is done about viewers whose reservation has ended, without Kafka and LiveKit. */
@NullMarked
package io.rollcall.session.reservations.domain;

import org.jspecify.annotations.NullMarked;
