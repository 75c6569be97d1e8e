/** Tests of webhook-ingest as a whole. */
@NullMarked
package io.rollcall.ingest;

import org.jspecify.annotations.NullMarked;
