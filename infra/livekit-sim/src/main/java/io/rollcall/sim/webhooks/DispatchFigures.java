package io.rollcall.sim.webhooks;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The counts of webhooks that LiveKit has on its Prometheus endpoint, under the same names. */
public final class DispatchFigures {

    private static final int[] DEPTHS = {1, 2, 3, 4, 5, 10, 20, 40, 80};

    private final LongAdder success = new LongAdder();
    private final LongAdder failure = new LongAdder();
    private final LongAdder tooOld = new LongAdder();
    private final LongAdder queueFull = new LongAdder();
    private final LongAdder[] depths = IntStream.rangeClosed(0, DEPTHS.length)
            .mapToObj(_ -> new LongAdder())
            .toArray(LongAdder[]::new);
    private final LongAdder depthSum = new LongAdder();

    /** Answered by anything but 429 and 5xx. */
    public long success() {
        return success.sum();
    }

    /** Given up after five attempts. */
    public long failure() {
        return failure.sum();
    }

    /** Never sent: too old, or behind too many. */
    public long dropped() {
        return tooOld.sum() + queueFull.sum();
    }

    /** Begins again, as after a restart of the process. */
    public void reset() {
        success.reset();
        failure.reset();
        tooOld.reset();
        queueFull.reset();
        for (LongAdder depth : depths) {
            depth.reset();
        }
        depthSum.reset();
    }

    void delivered() {
        success.increment();
    }

    void failed() {
        failure.increment();
    }

    void droppedAsTooOld() {
        tooOld.increment();
    }

    void droppedAsQueueFull() {
        queueFull.increment();
    }

    void queued(int depth) {
        int bucket = 0;
        while (bucket < DEPTHS.length && depth > DEPTHS[bucket]) {
            bucket++;
        }
        depths[bucket].increment();
        depthSum.add(depth);
    }

    /** In Prometheus' text format; a count that is still zero is absent, as LiveKit's is. */
    public String prometheus(String nodeId) {
        String node = "node_id=\"" + nodeId + "\",node_type=\"SERVER\"";
        String counts = "# HELP livekit_webhook_dispatch_total \n# TYPE livekit_webhook_dispatch_total counter\n"
                + count(node, "", "success", success)
                + count(node, "", "failure", failure)
                + count(node, "age", "drop", tooOld)
                + count(node, "queue is full", "drop", queueFull);
        long[] sum = {0};
        String lengths = IntStream.range(0, DEPTHS.length)
                .mapToObj(i -> {
                    sum[0] += depths[i].sum();
                    return "livekit_webhook_queue_length_bucket{" + node + ",le=\"" + DEPTHS[i] + "\"} " + sum[0]
                            + "\n";
                })
                .collect(Collectors.joining());
        long all = sum[0] + depths[DEPTHS.length].sum();
        return counts + "# HELP livekit_webhook_queue_length \n# TYPE livekit_webhook_queue_length histogram\n"
                + lengths
                + "livekit_webhook_queue_length_bucket{" + node + ",le=\"+Inf\"} " + all + "\n"
                + "livekit_webhook_queue_length_sum{" + node + "} " + depthSum.sum() + "\n"
                + "livekit_webhook_queue_length_count{" + node + "} " + all + "\n";
    }

    private static String count(String node, String reason, String status, LongAdder count) {
        return count.sum() == 0
                ? ""
                : "livekit_webhook_dispatch_total{" + node + ",reason=\"" + reason + "\",status=\"" + status + "\"} "
                        + count.sum() + "\n";
    }
}
