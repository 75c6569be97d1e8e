/** A real Kafka broker as a class and as a process, and the deploy step that creates the topics of the catalogue. */
@NullMarked
package io.rollcall.broker;

import org.jspecify.annotations.NullMarked;
