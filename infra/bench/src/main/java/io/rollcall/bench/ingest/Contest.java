package io.rollcall.bench.ingest;

import io.rollcall.bench.TopicCounts;
import io.rollcall.bench.load.Arrivals;
import io.rollcall.bench.load.LoadGenerator;
import io.rollcall.bench.load.LoadResult;
import io.rollcall.bench.load.Requests;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the same load on several receivers, one after the other in rounds, so that a machine that drifts drifts for all
 * of them, and keeps account of what each has acknowledged.
 */
final class Contest {

    private static final Duration RECORDED_WITHIN = Duration.ofSeconds(20);
    private static final int WARM_UP_REQUESTS = 50_000;
    private static final long WARM_REQUESTS = 150_000;
    private static final long SEED = 20_261_124;

    private final List<Receiver> receivers;
    private final ProcessHandle broker;
    private final SignedJoins joins;
    private final TopicCounts topics;
    private final PrintStream out;
    private final Map<Receiver, Long> before = new LinkedHashMap<>();
    private final Map<Receiver, Long> acknowledged = new LinkedHashMap<>();
    private final Map<Receiver, Map<String, Long>> errors = new LinkedHashMap<>();

    Contest(List<Receiver> receivers, ProcessHandle broker, SignedJoins joins, TopicCounts topics, PrintStream out) {
        this.receivers = receivers;
        this.broker = broker;
        this.joins = joins;
        this.topics = topics;
        this.out = out;
        for (Receiver receiver : receivers) {
            before.put(receiver, topics.records(receiver.topic()));
        }
    }

    /** What a receiver has to show for its acknowledgements. */
    record Account(Receiver receiver, long acknowledged, long recorded, Map<String, Long> errors) {

        boolean balanced() {
            return acknowledged == recorded && errors.isEmpty();
        }
    }

    /**
     * Loads each receiver without looking at the figures: for this time, and longer, up to three times as long, while it
     * has not yet taken as many requests as a JVM needs to have compiled what matters.
     */
    void warmUp(int connections, Duration each) throws IOException {
        for (Receiver receiver : receivers) {
            out.printf("warming up %s%n", receiver.name());
            Requests requests = joins.next(WARM_UP_REQUESTS);
            long begin = System.nanoTime();
            long taken = 0;
            long left = each.toNanos();
            while (left > 0) {
                LoadResult result = new LoadGenerator(List.of(receiver.address()), connections)
                        .closedLoop(requests, Duration.ofNanos(left));
                book(receiver, result);
                taken += result.acknowledged();
                if (result.acknowledged() == 0) {
                    // It is broken, and the account says how: no use in going on.
                    break;
                }
                Duration limit = taken < WARM_REQUESTS ? each.multipliedBy(3) : each;
                left = limit.toNanos() - (System.nanoTime() - begin);
            }
        }
    }

    /** Closed loops in rounds; for each receiver the medians of its rounds. */
    Map<Receiver, Measurement> closedLoops(int connections, int rounds, Duration each, int requestsPerRound)
            throws IOException {
        var measured = new LinkedHashMap<Receiver, List<Measurement>>();
        for (int round = 0; round < rounds; round++) {
            Requests requests = joins.next(requestsPerRound);
            for (Receiver receiver : receivers) {
                measured.computeIfAbsent(receiver, _ -> new ArrayList<>())
                        .add(measure(
                                receiver,
                                () -> new LoadGenerator(List.of(receiver.address()), connections)
                                        .closedLoop(requests, each)));
            }
        }
        var medians = new LinkedHashMap<Receiver, Measurement>();
        measured.forEach((receiver, all) -> medians.put(receiver, Measurement.median(all)));
        return medians;
    }

    /** One open loop at a fixed mean rate. */
    Measurement openLoop(Receiver receiver, int connections, double perSecond, Duration time) throws IOException {
        Requests requests = joins.next((int) Math.ceil(perSecond * time.toMillis() / 1_000 * 1.1));
        return measure(
                receiver,
                () -> new LoadGenerator(List.of(receiver.address()), connections)
                        .openLoop(requests, new Arrivals(perSecond, SEED), time));
    }

    /** Compares, for every receiver, what it has acknowledged since the beginning with what its topic holds. */
    List<Account> accounts() throws InterruptedException {
        var accounts = new ArrayList<Account>();
        for (Receiver receiver : receivers) {
            long expected = acknowledged.getOrDefault(receiver, 0L);
            long begin = before.getOrDefault(receiver, 0L);
            long recorded =
                    TopicCounts.settle(() -> topics.records(receiver.topic()) - begin, expected, RECORDED_WITHIN);
            accounts.add(new Account(receiver, expected, recorded, errors.getOrDefault(receiver, Map.of())));
        }
        return accounts;
    }

    private interface Load {

        LoadResult run() throws IOException;
    }

    private Measurement measure(Receiver receiver, Load load) throws IOException {
        Duration receiverBefore = cpu(receiver.process());
        Duration brokerBefore = cpu(broker);
        LoadResult result = load.run();
        Duration receiverCpu = cpu(receiver.process()).minus(receiverBefore);
        Duration brokerCpu = cpu(broker).minus(brokerBefore);
        book(receiver, result);
        return Measurement.of(result, receiverCpu, brokerCpu);
    }

    private void book(Receiver receiver, LoadResult result) {
        acknowledged.merge(receiver, result.acknowledged(), Long::sum);
        if (!result.errors().isEmpty()) {
            Map<String, Long> all = errors.computeIfAbsent(receiver, _ -> new TreeMap<>());
            result.errors().forEach((error, count) -> all.merge(error, count, Long::sum));
        }
    }

    /** CPU time that a process has had, all threads, user and system: from its stat file where there is /proc. */
    private static Duration cpu(ProcessHandle process) {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("process " + process.pid() + " has ended"));
    }
}
