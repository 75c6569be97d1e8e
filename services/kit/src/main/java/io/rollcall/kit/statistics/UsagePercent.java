package io.rollcall.kit.statistics;

/** How much of a limit is used, as every surface says it. */
public final class UsagePercent {

    private UsagePercent() {}

    /** With one decimal; 0 when the limit is 0. */
    public static double of(int current, int limit) {
        return limit == 0 ? 0 : Math.round(current * 1_000.0 / limit) / 10.0;
    }

    /** Whether so much of the limit is used, to the slot and not to the decimal. */
    public static boolean reaches(int percent, int current, int limit) {
        return limit > 0 && current * 100L >= (long) percent * limit;
    }
}
