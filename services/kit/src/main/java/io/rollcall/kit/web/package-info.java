/** The HTTP edge: request ids, problem answers, paging, origins, names in paths. */
@NullMarked
package io.rollcall.kit.web;

import org.jspecify.annotations.NullMarked;
