/**
 * The decider runtime: a command goes to its owner's topic, is decided exactly once by pure rules, and the answer comes
 * back on the events topic to whoever waits.
 */
@NullMarked
package io.rollcall.kit.decider;

import org.jspecify.annotations.NullMarked;
