/** What is large is read from Redis: a model that is filled from a compacted topic, and can be lost at any time. */
@NullMarked
package io.rollcall.session.reads;

import org.jspecify.annotations.NullMarked;
