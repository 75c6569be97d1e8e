package io.rollcall.bench.quota;

import static io.rollcall.bench.Table.number;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisClient;
import io.rollcall.bench.Table;
import io.rollcall.bench.TopicCounts;
import io.rollcall.bench.load.Arrivals;
import io.rollcall.bench.load.Histogram;
import io.rollcall.bench.load.LoadGenerator;
import io.rollcall.bench.load.LoadResult;
import io.rollcall.bench.load.Requests;
import io.rollcall.local.CommittedLog;
import io.rollcall.local.Livekit;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.quota.QuotaEventType;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench quota}. */
@Command(
        name = "quota",
        description = {
            "Streams reserved, kept and released over HTTP, each decided exactly once by quota-counter; rooms are made by"
                    + " livekit-sim, a test double that answers in less than a millisecond.",
            "Then decisions alone, from a backlog in the log; and beside them a limiter in Redis, with what it loses when"
                    + " its replica takes over.",
            "Afterwards every answer must have its grant, and nothing may be taken."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class QuotaBench implements Callable<Integer> {

    private static final String STREAM = "/api/v1/stream";
    private static final String AGENCY = "BENCH";
    private static final int CAMERAS = 200;
    private static final int CONNECTIONS = 64;
    private static final long SEED = 20_261_126;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(4);

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            defaultValue = "100,500,1000",
            description = "Requests per second; default ${DEFAULT-VALUE}.")
    private List<Integer> rates = List.of();

    @Option(
            names = "--seconds",
            defaultValue = "15",
            description = "How long each rate is kept, of reserving, beating and releasing; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long 500/s are kept before; default ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--decisions",
            paramLabel = "N",
            defaultValue = "200000",
            description = "How many reservations the backlog has, each released again; default ${DEFAULT-VALUE}.")
    private int decisions;

    @Option(
            names = "--agencies",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Of how many agencies; default ${DEFAULT-VALUE}.")
    private int agencies;

    @Option(
            names = "--live",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many leases live at once and end by themselves, nine of ten of one agency; default"
                    + " ${DEFAULT-VALUE}.")
    private int live;

    @Option(
            names = "--live-within",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = "Within what time these are reserved; default ${DEFAULT-VALUE}.")
    private int liveWithin;

    @Option(names = "--decisions-only", description = "Nothing over HTTP.")
    private boolean decisionsOnly;

    private final PrintStream out = System.out;
    private final List<String> errors = new ArrayList<>();
    private boolean right = true;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!decisionsOnly) {
            overHttp();
        }
        if (live > 0) {
            liveLeases();
        }
        var table = new Table("decisions alone", "per second", "p50 ms", "p99 ms", "max ms");
        fromTheLog(table);
        out.printf("%n%s", table);
        errors.forEach(out::println);
        if (!right) {
            out.println("NOT everything adds up.");
        }
        return right ? 0 : 1;
    }

    private void overHttp() throws IOException, InterruptedException {
        try (var trial = TrialStack.start(
                        TrialStack.Plan.of("bench-quota", Service.SESSION_API, Service.QUOTA_COUNTER)
                                .with(new Livekit.Simulated("rooms are made and deleted"))
                                .with(Map.of("QUOTA_LIMITS", AGENCY + "=1000000")),
                        out);
                HttpClient http = HttpClient.newHttpClient()) {
            addCameras(trial, http);
            var api = new LoadGenerator(
                    List.of(new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), trial.ports().sessionApi())),
                    CONNECTIONS);
            var table = new Table("over HTTP", "asked/s", "done/s", "p50 ms", "p90 ms", "p99 ms", "max ms");
            out.printf("warming up with 500/s for %d s%n", warmUp);
            Set<String> known = new HashSet<>();
            round(trial, api, 500, warmUp, known, new Table("over HTTP", "", "", "", "", "", ""));
            // A process that has just started is not as fast as that: what is cut off here says nothing.
            errors.clear();
            for (int rate : rates) {
                round(trial, api, rate, seconds, known, table);
            }
            out.printf("%none instance of each, %d connections%n%s", CONNECTIONS, table);
            int taken = taken(trial, http);
            out.printf("taken when all is released: %d%n", taken);
            right &= taken == 0;
        }
    }

    /** Reserves, beats for and releases what was granted; whose ids are in the log, as anybody can see them. */
    private void round(TrialStack trial, LoadGenerator api, int rate, int time, Set<String> known, Table table)
            throws IOException {
        var reserving = new Requests(STREAM, rate * time * 2);
        for (int i = 0; i < rate * time * 2; i++) {
            String body = "{\"camera_id\":\"cam-%d\",\"user_id\":\"user-%d\"}".formatted(i % CAMERAS, i);
            reserving.add("POST", "/reserve", body.getBytes(UTF_8));
        }
        LoadResult reserved = open(api, reserving, rate, time);
        row(table, "reserve", rate, reserved);
        List<String> granted =
                granted(trial).stream().filter(id -> !known.contains(id)).toList();
        known.addAll(granted);
        // What was not answered in time may have been granted, and is given back by the edge itself.
        right &= reserved.errors().isEmpty()
                ? granted.size() == reserved.acknowledged()
                : granted.size() >= reserved.acknowledged();

        row(table, "heartbeat", rate, open(api, about(granted, "POST", "/heartbeat/"), rate, time * 2));
        row(table, "release", rate, open(api, about(granted, "DELETE", "/release/"), rate, time * 2));
    }

    private static Requests about(List<String> reservations, String method, String path) {
        var requests = new Requests(STREAM, reservations.size());
        reservations.forEach(id -> requests.add(method, path + id, new byte[0]));
        return requests;
    }

    private static LoadResult open(LoadGenerator api, Requests requests, int rate, int time) throws IOException {
        return api.openLoop(requests, new Arrivals(rate, SEED), Duration.ofSeconds(time));
    }

    private void row(Table table, String what, int rate, LoadResult load) {
        Histogram latencies = load.latencies();
        table.row(
                what,
                number(rate),
                number(load.perSecond(), 0),
                millis(latencies.quantile(0.5)),
                millis(latencies.quantile(0.9)),
                millis(latencies.quantile(0.99)),
                millis(latencies.max()));
        load.errors().forEach((error, count) -> errors.add(what + ", " + rate + "/s: " + count + " × " + error));
    }

    private static List<String> granted(TrialStack trial) throws IOException {
        List<String> granted = new ArrayList<>();
        try (var serde = new AvroSerde<>(Topics.QUOTA_EVENTS, trial.registry())) {
            new CommittedLog(trial.bootstrapServers()).read(Topics.QUOTA_EVENTS.name(), serde, record -> {
                if (record.value().getType() == QuotaEventType.LEASE_GRANTED) {
                    granted.add(record.value().getReservationId());
                }
            });
        }
        return granted;
    }

    private static void addCameras(TrialStack trial, HttpClient http) throws IOException, InterruptedException {
        List<Map<String, String>> cameras = IntStream.range(0, CAMERAS)
                .mapToObj(i -> Map.of("id", "cam-" + i, "name", "Camera " + i, "source", AGENCY, "status", "ONLINE"))
                .toList();
        String body = JsonMapper.shared().writeValueAsString(Map.of("cameras", cameras));
        send(
                http,
                HttpRequest.newBuilder(at(trial.ports().sessionApi(), "/api/v1/cameras/import"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static int taken(TrialStack trial, HttpClient http) throws IOException, InterruptedException {
        String agency =
                send(http, HttpRequest.newBuilder(at(trial.ports().quotaCounter(), "/api/v1/agencies/" + AGENCY)));
        return JsonMapper.shared().readTree(agency).path("current").asInt();
    }

    private void liveLeases() throws IOException, InterruptedException {
        try (var trial = TrialStack.start(
                TrialStack.Plan.of("bench-quota-live", Service.QUOTA_COUNTER)
                        .with(Map.of("QUOTA_LEASE_CAPACITY", Integer.toString(live))),
                out)) {
            out.printf("heap of quota-counter before: %s MB%n", number(LiveLeases.heap(trial) / 1e6, 0));
            var leases = new LiveLeases();
            leases.run(trial, agencies, live, Duration.ofSeconds(liveWithin));
            out.printf(
                    "%s leases granted within %d s, %s live at once, %s ended by themselves; from the deadline until a"
                            + " reader of the log hears of it: p50 %s, p99 %s, max %s ms%n",
                    number(leases.granted()),
                    liveWithin,
                    number(leases.mostLive()),
                    number(leases.ended()),
                    millis(leases.lateness().quantile(0.5)),
                    millis(leases.lateness().quantile(0.99)),
                    millis(leases.lateness().max()));
            out.printf(
                    "heap of quota-counter while all lived: %s MB%n",
                    Double.isNaN(leases.heap()) ? "?" : number(leases.heap() / 1e6, 0));
            right &= leases.ended() == live;
        }
    }

    private static URI at(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static String send(HttpClient http, HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private void fromTheLog(Table table) throws IOException, InterruptedException {
        try (var trial = TrialStack.start(TrialStack.Plan.of("bench-quota-log"), out);
                Admin admin =
                        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, trial.bootstrapServers()))) {
            long commands = new Backlog(trial.bootstrapServers(), trial.registry()).fill(agencies, decisions);
            out.printf("%s commands of %s agencies wait for quota-counter%n", number(commands), number(agencies));
            var topics = new TopicCounts(admin);
            Instant giveUpAt = Instant.now().plus(GIVE_UP_AFTER);
            // Ready is who has decided everything: we look on meanwhile.
            var starting = CompletableFuture.runAsync(() -> trial.stack().start(Service.QUOTA_COUNTER));
            Progress first = progress(topics);
            while (first.commands() == 0 && Instant.now().isBefore(giveUpAt)) {
                TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
                first = progress(topics);
            }
            Progress half = first;
            Progress last = first;
            while (last.commands() < commands && Instant.now().isBefore(giveUpAt)) {
                TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
                last = progress(topics);
                half = last.commands() * 2 <= commands ? last : half;
            }
            starting.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            table.row("quota-counter", perSecond(first, last), "", "", "");
            table.row("of these the second half", perSecond(half, last), "", "", "");
            if (last.commands() < commands) {
                errors.add("quota-counter has decided " + number(last.commands()) + " of " + number(commands));
            }
            long granted = granted(trial).size();
            out.printf("granted %s of %s%n", number(granted), number(decisions));
            right &= last.commands() >= commands && granted == decisions;
            redis(trial, table);
        }
    }

    private void redis(TrialStack trial, Table table) throws IOException {
        try (var pair = new RedisPair(trial.data())) {
            try (var limiter = new RedisLimiter(pair.primary(), "warm", CONNECTIONS, agencies)) {
                limiter.reserve(Duration.ofSeconds(5));
            }
            try (var limiter = new RedisLimiter(pair.primary(), "lease", CONNECTIONS, agencies)) {
                Duration taken = limiter.reserve(Duration.ofSeconds(seconds));
                table.row(
                        "a Lua limiter in Redis, " + CONNECTIONS + " in flight",
                        number(limiter.granted() * 1e9 / taken.toNanos(), 0),
                        millis(limiter.latencies().quantile(0.5)),
                        millis(limiter.latencies().quantile(0.99)),
                        millis(limiter.latencies().max()));
            }
            try (var limiter = new RedisLimiter(pair.primary(), "last", CONNECTIONS, agencies)) {
                var replica = CompletableFuture.supplyAsync(
                        pair::failOver, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
                limiter.reserve(PATIENCE);
                try (RedisClient client = replica.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join()) {
                    out.printf(
                            "Redis killed after a second, its replica takes over: of %s leases granted and acknowledged"
                                    + " %s are gone%n",
                            number(limiter.granted()), number(limiter.unknownTo(client)));
                }
            }
        }
    }

    private record Progress(Instant at, long commands) {}

    private static Progress progress(TopicCounts topics) {
        long decided = topics.committed(Service.QUOTA_COUNTER.id()).entrySet().stream()
                .filter(partition -> partition.getKey().topic().equals(Topics.QUOTA_COMMANDS.name()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        return new Progress(Instant.now(), decided);
    }

    private static String perSecond(Progress from, Progress to) {
        double elapsed = Duration.between(from.at(), to.at()).toNanos() / 1e9;
        return number((to.commands() - from.commands()) / elapsed, 0);
    }

    private static String millis(Duration duration) {
        return number(duration.toNanos() / 1e6, 1);
    }
}
