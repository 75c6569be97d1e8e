/** What is served over HTTP: LiveKit's room API, health and metrics, and the simulator's own controls. */
@NullMarked
package io.rollcall.sim.http;

import org.jspecify.annotations.NullMarked;
