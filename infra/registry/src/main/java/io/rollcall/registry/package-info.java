/** The real Apicurio Registry as a process, for the local stack and for tests. */
@NullMarked
package io.rollcall.registry;

import org.jspecify.annotations.NullMarked;
