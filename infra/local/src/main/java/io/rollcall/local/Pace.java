package io.rollcall.local;

import io.rollcall.local.Capture.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How fast a capture is told: every pause is stretched, but none is longer than a person likes to wait.
 *
 * @param slower how many times as long each pause is
 * @param longestPause where stretching ends
 */
record Pace(double slower, Duration longestPause) {

    /** A webhook and the time at which it is told. */
    record Cue(Instant at, Webhook webhook) {}

    /**
     * The capture's webhooks, told from a moment on. What they say about times fits the times at which they are told.
     *
     * @param idSuffix makes their ids different from those of any other telling
     */
    List<Cue> cues(List<Delivery> deliveries, Instant start, String idSuffix) {
        var times = new TreeMap<Long, Long>();
        var told = new ArrayList<Long>();
        long before = deliveries.getFirst().receivedAt().toEpochMilli();
        long now = start.toEpochMilli();
        for (Delivery delivery : deliveries) {
            long receivedAt = delivery.receivedAt().toEpochMilli();
            now += Math.min(Math.max(0, (long) ((receivedAt - before) * slower)), longestPause.toMillis());
            before = receivedAt;
            times.putIfAbsent(receivedAt, now);
            told.add(now);
        }
        var retelling = new Capture.Retelling(idSuffix, "", moment -> between(times, moment));
        var cues = new ArrayList<Cue>();
        for (int i = 0; i < deliveries.size(); i++) {
            cues.add(new Cue(Instant.ofEpochMilli(told.get(i)), retelling.ofDelivery(deliveries.get(i))));
        }
        return cues;
    }

    /** Where a moment of the capture lies: in proportion between its neighbours, so that no order is changed. */
    private static long between(TreeMap<Long, Long> times, long moment) {
        Map.Entry<Long, Long> left = times.floorEntry(moment);
        Map.Entry<Long, Long> right = times.higherEntry(moment);
        if (left == null) {
            Map.Entry<Long, Long> first = times.firstEntry();
            return first.getValue() - (first.getKey() - moment);
        }
        if (right == null) {
            return left.getValue() + (moment - left.getKey());
        }
        double share = (double) (moment - left.getKey()) / (right.getKey() - left.getKey());
        return left.getValue() + (long) (share * (right.getValue() - left.getValue()));
    }
}
