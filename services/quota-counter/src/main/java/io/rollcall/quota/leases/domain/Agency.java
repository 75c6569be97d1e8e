package io.rollcall.quota.leases.domain;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an agency uses.
 *
 * @param name empty for what is decided about no agency
 * @param used slots taken
 * @param limit null when none has been set: then nobody gets a slot
 * @param activeCameras cameras with a lease
 * @param sequence of its last decision
 * @param changedAt when that was
 */
public record Agency(
        String name, int used, @Nullable Integer limit, int activeCameras, long sequence, Instant changedAt) {

    /** One that nobody has heard of. */
    public static Agency unknown(String name) {
        return new Agency(name, 0, null, 0, 0, Instant.EPOCH);
    }

    /** What it may use: nothing without a limit. */
    int room() {
        return limit == null ? 0 : limit;
    }

    Agency granted(boolean newCamera, Instant at) {
        return new Agency(name, used + 1, limit, activeCameras + (newCamera ? 1 : 0), sequence + 1, at);
    }

    Agency freed(boolean lastOfCamera, Instant at) {
        return new Agency(name, used - 1, limit, activeCameras - (lastOfCamera ? 1 : 0), sequence + 1, at);
    }

    Agency refused(Instant at) {
        return new Agency(name, used, limit, activeCameras, sequence + 1, at);
    }

    Agency limited(int newLimit, Instant at) {
        return new Agency(name, used, newLimit, activeCameras, sequence + 1, at);
    }
}
