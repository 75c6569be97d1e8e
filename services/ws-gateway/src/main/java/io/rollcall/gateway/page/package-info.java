/** How the files of the page are served. */
@NullMarked
package io.rollcall.gateway.page;

import org.jspecify.annotations.NullMarked;
