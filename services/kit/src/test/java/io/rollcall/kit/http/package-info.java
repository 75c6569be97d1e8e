/** Tests of questions to other processes. */
@NullMarked
package io.rollcall.kit.http;

import org.jspecify.annotations.NullMarked;
