/** How long a command takes over HTTP, from the request to the answer of its decider. */
@NullMarked
package io.rollcall.bench.commands;

import org.jspecify.annotations.NullMarked;
