/** Questions to other processes over HTTP. */
@NullMarked
package io.rollcall.kit.http;

import org.jspecify.annotations.NullMarked;
