/** The deploy step as a program: what must be there before the services start. */
@NullMarked
package io.rollcall.deploy;

import org.jspecify.annotations.NullMarked;
