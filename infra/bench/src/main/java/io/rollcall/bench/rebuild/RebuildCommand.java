package io.rollcall.bench.rebuild;

import static io.rollcall.bench.Table.number;

import io.rollcall.bench.Table;
import io.rollcall.bench.TopicCounts;
import io.rollcall.local.CommittedLog;
import io.rollcall.local.RoomsApi;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.BytesDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench rebuild}. */
@Command(
        name = "rebuild",
        description = {
            "Fills livekit-events with the past of a busy server, starts presence-history with empty stores, and measures"
                    + " how fast it catches up.",
            "Afterwards every event must have led to its fact, and the rooms that are open must be those of the past's end."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RebuildCommand implements Callable<Integer> {

    private static final String PRESENCE = Service.PRESENCE_HISTORY.id();
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    @Option(
            names = "--events",
            defaultValue = "1000000",
            description = "How long the past is; default ${DEFAULT-VALUE}.")
    private long events;

    @Option(
            names = "--rooms",
            defaultValue = "200",
            description = "How many rooms are open at any time; default ${DEFAULT-VALUE}.")
    private int rooms;

    @Option(names = "--people", defaultValue = "4", description = "How many come to a room; default ${DEFAULT-VALUE}.")
    private int people;

    @Option(
            names = "--within",
            paramLabel = "SECONDS",
            defaultValue = "240",
            description = "Give up when it has not caught up after this time; default ${DEFAULT-VALUE}.")
    private int within;

    private final PrintStream out = System.out;

    /** How far presence-history had come at a moment. */
    private record Progress(Instant at, long events, Duration cpu) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var trial = TrialStack.start(TrialStack.Plan.of("bench-rebuild"), out);
                Admin admin =
                        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, trial.bootstrapServers()))) {
            var history = new History(events, rooms, people, Instant.now());
            Instant fillAt = Instant.now();
            new Filler(trial.bootstrapServers(), trial.registry()).fill(history);
            out.printf(
                    "%s events of %s sessions are in %s after %s s%n",
                    number(events),
                    number(history.sessions()),
                    Topics.LIVEKIT_EVENTS.name(),
                    number(seconds(fillAt, Instant.now()), 1));
            var topics = new TopicCounts(admin);
            Instant startAt = Instant.now();
            trial.stack().start(Service.PRESENCE_HISTORY);
            return measure(trial, topics, history, startAt);
        }
    }

    private int measure(TrialStack trial, TopicCounts topics, History history, Instant startAt)
            throws IOException, InterruptedException {
        ProcessHandle presence = process(trial, PRESENCE);
        ProcessHandle broker = process(trial, "kafka");
        Progress first = look(topics, presence);
        Duration brokerBefore = cpu(broker);
        while (first.events() == 0 && seconds(startAt, first.at()) < within) {
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
            first = look(topics, presence);
            brokerBefore = cpu(broker);
        }
        Progress last = first;
        while (last.events() < events && seconds(startAt, last.at()) < within) {
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
            last = look(topics, presence);
        }
        if (last.events() < events) {
            out.printf(
                    "presence-history has taken %s of %s events after %d s%n",
                    number(last.events()), number(events), within);
            return 1;
        }
        double caughtUp = seconds(first.at(), last.at());
        double taken = last.events() - first.events();
        var table = new Table("rebuild", "");
        table.row("events/s, from the first commit to the last", number(taken / caughtUp, 0));
        table.row("seconds from the first commit to the last", number(caughtUp, 1));
        table.row("seconds from the start of the process to no lag", number(seconds(startAt, last.at()), 1));
        table.row(
                "CPU µs per event, presence-history",
                number(last.cpu().minus(first.cpu()).toNanos() / 1e3 / taken, 1));
        table.row(
                "CPU µs per event, broker",
                number(cpu(broker).minus(brokerBefore).toNanos() / 1e3 / taken, 1));
        out.printf("%n%s%n", table);
        return verify(trial, history) ? 0 : 1;
    }

    private boolean verify(TrialStack trial, History history) throws IOException, InterruptedException {
        long facts = new CommittedLog(trial.bootstrapServers())
                .read(Topics.ROOM_EVENTS.name(), new BytesDeserializer(), _ -> {});
        Map<String, Integer> expected = history.open();
        Map<String, Integer> found = new RoomsApi(trial.presence()).open();
        var table = new Table("end state", "expected", "found");
        table.row("facts in " + Topics.ROOM_EVENTS.name(), number(events), number(facts));
        table.row("open rooms", number(expected.size()), number(found.size()));
        table.row("people in them", number(people(expected)), number(people(found)));
        out.print(table);
        boolean right = facts == events && expected.equals(found);
        if (!right) {
            out.println("The rooms are NOT those that the past tells of.");
        }
        return right;
    }

    private static int people(Map<String, Integer> rooms) {
        return rooms.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static Progress look(TopicCounts topics, ProcessHandle presence) {
        long taken = topics.committed(PRESENCE).entrySet().stream()
                .filter(partition -> isWebhooks(partition.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return new Progress(Instant.now(), taken, cpu(presence));
    }

    private static boolean isWebhooks(TopicPartition partition) {
        return partition.topic().equals(Topics.LIVEKIT_EVENTS.name());
    }

    private static ProcessHandle process(TrialStack trial, String part) {
        return ProcessHandle.of(trial.stack().pid(part))
                .orElseThrow(() -> new IllegalStateException(part + " has ended"));
    }

    private static Duration cpu(ProcessHandle process) {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("process " + process.pid() + " has ended"));
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }
}
