package io.rollcall.kit.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * How one thing that a service needs is doing.
 *
 * @param status whether requests can be taken
 * @param reason what is wrong, in words for an operator; null when nothing is
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Readiness(Status status, @Nullable String reason) {

    /** Whether requests can be taken as far as this thing goes. */
    public enum Status {
        @JsonProperty("up")
        UP,
        /** Not as it should be, yet the service does its job. */
        @JsonProperty("degraded")
        DEGRADED,
        @JsonProperty("down")
        DOWN
    }

    /** All is well. */
    public static Readiness up() {
        return new Readiness(Status.UP, null);
    }

    /** Something is wrong, and the service goes on without it. */
    public static Readiness degraded(String reason) {
        return new Readiness(Status.DEGRADED, reason);
    }

    /** Nothing can be taken until this is over. */
    public static Readiness down(String reason) {
        return new Readiness(Status.DOWN, reason);
    }
}
