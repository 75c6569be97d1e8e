/** {@code bench ingest}: webhook-ingest and two peers under the same load against the same broker. */
@NullMarked
package io.rollcall.bench.ingest;

import org.jspecify.annotations.NullMarked;
