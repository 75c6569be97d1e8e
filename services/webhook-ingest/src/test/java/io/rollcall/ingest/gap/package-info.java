/** Tests of the gap detector. */
@NullMarked
package io.rollcall.ingest.gap;

import org.jspecify.annotations.NullMarked;
