/** The HTTP edge, asked over real sockets. */
@NullMarked
package io.rollcall.kit.web;

import org.jspecify.annotations.NullMarked;
