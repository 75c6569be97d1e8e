package io.rollcall.kit.health;

import java.util.Map;

/** What a service adds to its {@code /health}, such as counts of clients. A service makes it a bean. */
@FunctionalInterface
public interface HealthDetails {

    /** Names and values as they are now, from memory. */
    Map<String, ?> details();
}
