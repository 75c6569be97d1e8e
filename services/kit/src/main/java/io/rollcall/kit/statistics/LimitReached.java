package io.rollcall.kit.statistics;

import io.rollcall.schemas.quota.QuotaEvent;

/**
 * That no slot was free, as every surface says it.
 *
 * @param total whether it is the limit of all agencies together
 * @param source the agency that asked
 * @param current what is used, as the decision found it; of all agencies where their total is reached
 * @param limit of the same; 0 where none has been set
 */
public record LimitReached(boolean total, String source, int current, int limit) {

    /** Why the decider refuses where an agency is at its limit. */
    public static final String AGENCY = "AGENCY_LIMIT_EXCEEDED";

    /** Why it does where all agencies together are. */
    public static final String TOTAL = "TOTAL_LIMIT_EXCEEDED";

    /** Why it does where there is no memory for another lease; no limit that anybody has set. */
    public static final String CAPACITY = "CAPACITY_EXCEEDED";

    /** What a refusal for this reason says. */
    public static LimitReached of(QuotaEvent refused, String reason) {
        boolean total = reason.equals(TOTAL);
        Integer limit = total ? refused.getTotalLimit() : refused.getLimit();
        return new LimitReached(
                total,
                refused.getAgency(),
                total ? refused.getTotalUsage() : refused.getUsageAfter(),
                limit == null ? 0 : limit);
    }

    /** The decider's reason. */
    public String code() {
        return total ? TOTAL : AGENCY;
    }

    /** In English. */
    public String message() {
        return (total ? "Total limit reached" : "Agency limit reached for " + source) + usage();
    }

    /** How much is used, for the end of a sentence. */
    public String usage() {
        return " (" + current + "/" + limit + ")";
    }
}
