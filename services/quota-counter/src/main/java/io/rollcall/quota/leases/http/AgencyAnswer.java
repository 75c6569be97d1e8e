package io.rollcall.quota.leases.http;

import io.rollcall.kit.statistics.UsagePercent;
import io.rollcall.schemas.quota.AgencyUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What an agency uses of its limit.
 *
 * @param usagePercent with one decimal; 0 when the limit is 0
 */
@JsonNaming(SnakeCaseStrategy.class)
public record AgencyAnswer(
        String source, int current, int limit, double usagePercent, int available, int activeCameras) {

    static AgencyAnswer of(String source, int current, int limit, int activeCameras) {
        return new AgencyAnswer(
                source, current, limit, UsagePercent.of(current, limit), Math.max(0, limit - current), activeCameras);
    }

    /** Null for one that has been heard of but has no limit: nobody has made it an agency. */
    static @Nullable AgencyAnswer of(@Nullable AgencyUsage agency) {
        Integer limit = agency == null ? null : agency.getLimit();
        return agency == null || limit == null
                ? null
                : of(agency.getSource(), agency.getCurrent(), limit, agency.getActiveCameras());
    }
}
