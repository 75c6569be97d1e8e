package io.rollcall.bench.commands;

import static io.rollcall.bench.Table.number;

import io.rollcall.bench.Table;
import io.rollcall.bench.load.Arrivals;
import io.rollcall.bench.load.Histogram;
import io.rollcall.bench.load.LoadGenerator;
import io.rollcall.bench.load.LoadResult;
import io.rollcall.bench.load.Requests;
import io.rollcall.local.CommittedLog;
import io.rollcall.local.Livekit;
import io.rollcall.local.StackException;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionEventType;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench commands}. */
@Command(
        name = "commands",
        description = {
            "Sessions made over HTTP: each is a command that is decided exactly once, read back by its instance, written"
                    + " to Redis, and given a room by livekit-sim, a test double that answers in less than a millisecond.",
            "Open loops at fixed mean rates, then a closed loop for the highest rate. Afterwards there must be exactly one"
                    + " session for every answer."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CommandsCommand implements Callable<Integer> {

    private static final String PATH = "/v1/realtime/sessions";
    private static final int CONNECTIONS = 64;
    private static final int CLOSED_LOOP_AT_MOST = 10_000;
    private static final long SEED = 20_261_125;

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            defaultValue = "50,500,2000",
            description = "Commands per second; default ${DEFAULT-VALUE}.")
    private List<Integer> rates = List.of();

    @Option(
            names = "--seconds",
            defaultValue = "15",
            description = "How long each rate is kept; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long --warm-up-rate is kept before; default ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--warm-up-rate",
            paramLabel = "N",
            defaultValue = "500",
            description = "Commands per second of the warm-up; default ${DEFAULT-VALUE}.")
    private int warmUpRate;

    @Option(
            names = "--at-least-once",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Runs everything again without transactions, for the price of exactly-once; default"
                    + " ${DEFAULT-VALUE}.")
    private boolean atLeastOnce;

    @Option(
            names = "--instances",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2",
            description = "How many instances of session-api share the work, 1 or 2; default ${DEFAULT-VALUE}.")
    private List<Integer> instances = List.of();

    @Option(
            names = "--brokers",
            defaultValue = "1",
            description = "How many Kafka has, 1 or 3; default ${DEFAULT-VALUE}.")
    private int brokers;

    private final PrintStream out = System.out;
    private final List<String> errors = new ArrayList<>();
    private boolean right = true;

    @Override
    public Integer call() throws IOException {
        if (instances.stream().anyMatch(count -> count < 1 || count > 2)) {
            throw new StackException("--instances is 1, 2 or both: 1,2");
        }
        var table = new Table(
                "instances",
                "deciding",
                "commands/s",
                "made/s",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "max ms",
                "answered",
                "sessions");
        for (int count : instances) {
            round(count, "exactly once", "exactly-once-v2", table);
            if (atLeastOnce) {
                round(count, "at least once", "at-least-once", table);
            }
        }
        out.printf("%nsessions made over HTTP, %d connections%n%s", CONNECTIONS, table);
        errors.forEach(out::println);
        if (!right) {
            out.println("NOT exactly one session for every answer.");
        }
        return right ? 0 : 1;
    }

    private void round(int count, String guarantee, String setting, Table table) throws IOException {
        String deciding = count + ", " + guarantee;
        var plan = TrialStack.Plan.of("bench-commands", Service.SESSION_API)
                .with(new Livekit.Simulated("rooms are made and deleted"))
                .with(Map.of(
                        "ROLLCALL_STREAMS_GUARANTEE",
                        setting,
                        // Nobody comes, so all rooms of a run are open at once: listing them would be what is measured.
                        "SESSION_CLEANUP_INTERVAL",
                        "1h"))
                .withBrokers(brokers);
        try (var trial = TrialStack.start(plan, out)) {
            var targets = new ArrayList<InetSocketAddress>();
            targets.add(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), trial.ports().sessionApi()));
            if (count == 2) {
                trial.startAnother(Service.SESSION_API);
                targets.add(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        trial.another(Service.SESSION_API).getPort()));
            }
            var api = new LoadGenerator(targets, CONNECTIONS);
            out.printf(
                    "%s, %s: warming up with %d/s for %d s%n",
                    count == 1 ? "one instance" : "two instances", guarantee, warmUpRate, warmUp);
            LoadResult before = open(api, warmUpRate, warmUp);
            note(deciding, "warm-up", before);
            long made = before.acknowledged();
            for (int rate : rates) {
                LoadResult load = open(api, rate, seconds);
                made += load.acknowledged();
                row(table, count, guarantee, number(rate), load, sessions(trial), made);
            }
            LoadResult load = api.closedLoop(requests(CLOSED_LOOP_AT_MOST * seconds), Duration.ofSeconds(seconds));
            made += load.acknowledged();
            row(table, count, guarantee, "as they come", load, sessions(trial), made);
        }
    }

    /** How many sessions the log knows; one that it tells of twice is a failure of its own. */
    private static long sessions(TrialStack trial) throws IOException {
        Set<String> made = new HashSet<>();
        List<String> again = new ArrayList<>();
        new CommittedLog(trial.bootstrapServers())
                .read(
                        Topics.SESSION_EVENTS.name(),
                        new AvroSerde<>(Topics.SESSION_EVENTS, trial.registry()),
                        record -> {
                            SessionEvent event = record.value();
                            if (event.getType() == SessionEventType.SESSION_CREATED
                                    && !made.add(event.getSessionId())) {
                                again.add(event.getSessionId());
                            }
                        });
        if (!again.isEmpty()) {
            throw new IOException("made twice: " + again);
        }
        return made.size();
    }

    private void row(
            Table table, int count, String guarantee, String rate, LoadResult load, long sessions, long answered) {
        Histogram latencies = load.latencies();
        table.row(
                Integer.toString(count),
                guarantee,
                rate,
                number(load.perSecond(), 0),
                millis(latencies.quantile(0.5)),
                millis(latencies.quantile(0.9)),
                millis(latencies.quantile(0.99)),
                millis(latencies.max()),
                number(answered),
                number(sessions));
        note(count + ", " + guarantee, rate, load);
        // Whatever was not answered in time may have been made all the same.
        right &= errors.isEmpty() ? sessions == answered : sessions >= answered;
    }

    private void note(String deciding, String rate, LoadResult load) {
        load.errors().forEach((error, count) -> errors.add(deciding + ", " + rate + ": " + count + " × " + error));
    }

    private static LoadResult open(LoadGenerator api, int rate, int time) throws IOException {
        return api.openLoop(requests(rate * time * 2), new Arrivals(rate, SEED), Duration.ofSeconds(time));
    }

    private static Requests requests(int count) {
        var requests = new Requests(PATH, count);
        byte[] body = {'{', '}'};
        for (int i = 0; i < count; i++) {
            requests.add(body, "none");
        }
        return requests;
    }

    private static String millis(Duration duration) {
        return number(duration.toNanos() / 1e6, 1);
    }
}
