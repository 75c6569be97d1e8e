/** Clients and views, against a real broker. */
@NullMarked
package io.rollcall.kit.kafka;

import org.jspecify.annotations.NullMarked;
