/** Tests of the queue on disk. */
@NullMarked
package io.rollcall.ingest.spool;

import org.jspecify.annotations.NullMarked;
