package io.rollcall.ingest.webhooks.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Counts what comes in, by event and outcome, and how long an answer takes. The set of labels is fixed. */
public final class WebhookFigures {

    /** Every event that LiveKit sends today; what it sends tomorrow is counted as "other". */
    private static final String[] KNOWN = {
        "room_started",
        "room_finished",
        "participant_joined",
        "participant_left",
        "participant_connection_aborted",
        "track_published",
        "track_unpublished",
        "egress_started",
        "egress_updated",
        "egress_ended",
        "ingress_started",
        "ingress_ended"
    };

    private static final String OTHER = "other";
    /** What was not read: the request never got so far. */
    private static final String NONE = "none";

    private final Map<String, Map<Outcome, Counter>> counters = new HashMap<>();
    private final Timer acknowledged;
    private volatile long lastReceived = -1;

    /** Registers every counter at once, so that a rate exists before the first webhook. */
    public WebhookFigures(MeterRegistry registry) {
        for (String event : KNOWN) {
            counters.put(event, counters(registry, event));
        }
        counters.put(OTHER, counters(registry, OTHER));
        counters.put(NONE, counters(registry, NONE));
        this.acknowledged = Timer.builder("webhook.ack")
                .description("From the request's first line to the answer, of webhooks that were answered 200")
                .publishPercentiles(0.5, 0.95, 0.99, 0.999)
                .distributionStatisticExpiry(Duration.ofMinutes(1))
                .distributionStatisticBufferLength(2)
                .register(registry);
    }

    private static Map<Outcome, Counter> counters(MeterRegistry registry, String event) {
        var byOutcome = new EnumMap<Outcome, Counter>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            byOutcome.put(
                    outcome,
                    Counter.builder("webhooks.received")
                            .description("Webhooks, by LiveKit's event and what became of them")
                            .tag("event", event)
                            .tag("outcome", outcome.tag())
                            .register(registry));
        }
        return byOutcome;
    }

    /** An event that was answered. */
    void count(String event, Outcome outcome) {
        Map<Outcome, Counter> known = counters.get(event);
        count(known == null ? counters.getOrDefault(OTHER, Map.of()) : known, outcome);
    }

    /** A request that was answered before it was known what event it is. */
    void count(Outcome outcome) {
        count(counters.getOrDefault(NONE, Map.of()), outcome);
    }

    private static void count(Map<Outcome, Counter> of, Outcome outcome) {
        Counter counter = of.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    void acknowledged(long nanos) {
        acknowledged.record(nanos, TimeUnit.NANOSECONDS);
    }

    void received(long atMillis) {
        lastReceived = atMillis;
    }

    /** When the last signed webhook came, or -1. */
    long lastReceived() {
        return lastReceived;
    }

    /** How many were answered 200. */
    public long taken() {
        long taken = 0;
        for (Map<Outcome, Counter> byOutcome : counters.values()) {
            for (Outcome outcome : new Outcome[] {Outcome.RECORDED, Outcome.SPOOLED, Outcome.DEAD_LETTERED}) {
                Counter counter = byOutcome.get(outcome);
                taken += counter == null ? 0 : (long) counter.count();
            }
        }
        return taken;
    }

    /** Counts that are not zero, by event and outcome. */
    Map<String, Map<String, Long>> byEvent() {
        var figures = new TreeMap<String, Map<String, Long>>();
        counters.forEach((event, byOutcome) -> byOutcome.forEach((outcome, counter) -> {
            if (counter.count() > 0) {
                figures.computeIfAbsent(event, e -> new TreeMap<>()).put(outcome.tag(), (long) counter.count());
            }
        }));
        return figures;
    }

    /** Percentiles of the last minute or two, in milliseconds. */
    Map<String, Double> ackMillis() {
        var snapshot = acknowledged.takeSnapshot();
        var figures = new LinkedHashMap<String, Double>();
        for (ValueAtPercentile value : snapshot.percentileValues()) {
            String name = "p"
                    + String.valueOf(value.percentile() * 100)
                            .replaceAll("\\.0$", "")
                            .replace(".", "");
            figures.put(name, rounded(value.value(TimeUnit.MILLISECONDS)));
        }
        figures.put("max", rounded(snapshot.max(TimeUnit.MILLISECONDS)));
        return figures;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 1000) / 1000.0;
    }
}
