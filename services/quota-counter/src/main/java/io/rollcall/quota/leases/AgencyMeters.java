package io.rollcall.quota.leases;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.quota.AgencyUsage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What agencies use, from their topic: every instance tells of all of them, so that one instance tells the whole, and
 * summing over instances would be wrong.
 */
public final class AgencyMeters {

    private final MeterRegistry meters;
    private final ConcurrentMap<String, AgencyUsage> agencies = new ConcurrentHashMap<>();

    /** Listens to the view, which has not been started. */
    public AgencyMeters(View<AgencyUsage> view, MeterRegistry meters) {
        this.meters = meters;
        view.onChange(this::changed);
    }

    private void changed(View.Change<AgencyUsage> change) {
        AgencyUsage after = change.after();
        if (after != null && agencies.put(change.key(), after) == null) {
            String source = change.key();
            Gauge.builder("agency.usage", agencies, all -> used(all.get(source)))
                    .tag("source", source)
                    .description("Slots of an agency that are taken")
                    .register(meters);
            Gauge.builder("agency.limit", agencies, all -> limit(all.get(source)))
                    .tag("source", source)
                    .description("Slots that an agency may use")
                    .register(meters);
        }
    }

    private static int used(@Nullable AgencyUsage agency) {
        return agency == null ? 0 : agency.getCurrent();
    }

    private static int limit(@Nullable AgencyUsage agency) {
        Integer limit = agency == null ? null : agency.getLimit();
        return limit == null ? 0 : limit;
    }
}
