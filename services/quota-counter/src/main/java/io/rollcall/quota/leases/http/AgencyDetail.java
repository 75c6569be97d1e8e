package io.rollcall.quota.leases.http;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * An agency with a page of its live leases, the newest first.
 *
 * @param total all of its live leases
 */
@JsonNaming(SnakeCaseStrategy.class)
public record AgencyDetail(
        String source,
        int current,
        int limit,
        double usagePercent,
        int available,
        int activeCameras,
        List<LeaseAnswer> leases,
        int total) {

    static AgencyDetail of(AgencyAnswer agency, List<LeaseAnswer> leases) {
        return new AgencyDetail(
                agency.source(),
                agency.current(),
                agency.limit(),
                agency.usagePercent(),
                agency.available(),
                agency.activeCameras(),
                leases,
                agency.current());
    }
}
