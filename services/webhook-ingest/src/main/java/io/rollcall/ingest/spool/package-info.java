/** A bounded, checked queue on disk that survives a crash at any byte. Knows nothing of what its records are. */
@NullMarked
package io.rollcall.ingest.spool;

import org.jspecify.annotations.NullMarked;
