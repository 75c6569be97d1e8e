package io.rollcall.chaos;

import io.rollcall.local.CommittedLog;
import io.rollcall.local.Livekit;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code chaos quota}. */
@Command(
        name = "quota",
        description = {
            "Two instances of session-api and of quota-counter; viewers who reserve, beat, renew, give back and go away,"
                    + " more of them than their agencies may have, and a writer of commands whose clock is wrong by hours."
                    + " Each instance is killed, one stands still for 20 s, Kafka and LiveKit are killed.",
            "Then the audit trail is folded once more: never over a limit, nothing freed twice or never, no lease ended that"
                    + " somebody beat for. LiveKit is livekit-sim, a test double."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class QuotaChaosCommand implements Callable<Integer> {

    private static final String NAME = "chaos-quota";
    private static final int AGENCIES = 4;
    private static final int CAMERAS = 80;
    private static final Duration CALM = Duration.ofSeconds(10);
    private static final Duration STILL = Duration.ofSeconds(20);
    /** The longest that a lease lives which nobody keeps, and a little for the tick that ends it. */
    private static final Duration ALL_END_WITHIN = Duration.ofSeconds(60 + 15);

    private static final int MOST_DETAILS = 20;
    private static final Set<String> OF_TIME = Set.of("heartbeat_timeout", "expired");

    @Option(names = "--viewers", defaultValue = "200", description = "How many there are; default ${DEFAULT-VALUE}.")
    private int viewers;

    @Option(names = "--seed", description = "What chance begins with; by default the time.")
    private long seed = System.currentTimeMillis();

    @Option(
            names = "--brokers",
            defaultValue = "1",
            description = "How many Kafka has, 1 or 3; default ${DEFAULT-VALUE}.")
    private int brokers;

    @Option(names = "--only", defaultValue = "", description = "Only the faults with this in their names.")
    private String only = "";

    private final PrintStream out = System.out;
    private Instant warmAt = Instant.MAX;
    private final Viewer.World world = Viewer.World.unseen();

    /** Its name. */
    static String agency(int number) {
        return "AGENCY_" + number;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        out.printf("seed %d%n", seed);
        // Three viewers in four find a slot.
        int limit = Math.max(1, viewers * 3 / 4 / AGENCIES);
        String limits = IntStream.range(0, AGENCIES)
                .mapToObj(i -> agency(i) + "=" + limit)
                .collect(Collectors.joining(","));
        var plan = TrialStack.Plan.of(NAME, Service.SESSION_API, Service.QUOTA_COUNTER)
                .with(new Livekit.Simulated("rooms are made and deleted"))
                .with(Map.of("QUOTA_LIMITS", limits))
                .withBrokers(brokers);
        String counter = Service.QUOTA_COUNTER.id();
        String counter2 = TrialStack.anotherOne(Service.QUOTA_COUNTER);
        var all = new ArrayList<Fault>(List.of(
                new Fault.Kill(counter),
                new Fault.Kill(counter2),
                new Fault.Kill(Service.SESSION_API.id()),
                new Fault.Kill(TrialStack.anotherOne(Service.SESSION_API)),
                new Fault.Pause(counter, STILL),
                new Fault.Pause(counter2, STILL),
                new Fault.Kill("livekit-sim")));
        all.addAll(Fault.killsOfKafka(brokers));
        List<Fault> faults = Fault.only(only, all);
        TrialStack.rehearse(plan, this::rehearse, out);
        try (var trial = TrialStack.start(plan, out);
                HttpClient http = PatientClient.http()) {
            trial.startAnother(Service.SESSION_API);
            trial.startAnother(Service.QUOTA_COUNTER);
            var client = new PatientClient(
                    http, List.of(local(trial.ports().sessionApi()), trial.another(Service.SESSION_API)));
            var agencies = new PatientClient(http, List.of(local(trial.ports().quotaCounter())));
            addCameras(client);
            out.printf("%d viewers, %d slots%n", viewers, limit * AGENCIES);
            var struck = new ArrayList<Struck>();
            whileWatched(trial, client, world, () -> {
                // All come at once, to processes that have just started and rooms that do not exist.
                Thread.sleep(CALM.multipliedBy(3));
                warmAt = Instant.now();
                Thread.sleep(CALM);
                struck.addAll(Struck.byEach(faults, trial, CALM, out));
            });
            Duration emptyAfter = untilNothingIsTaken(agencies);
            QuotaAudit audit = audit(trial);
            print(struck);
            return judge(audit, emptyAfter) ? 0 : 1;
        }
    }

    private void rehearse(TrialStack trial) throws IOException, InterruptedException {
        try (HttpClient http = PatientClient.http()) {
            var client = new PatientClient(http, List.of(local(trial.ports().sessionApi())));
            addCameras(client);
            whileWatched(trial, client, Viewer.World.unseen(), () -> Thread.sleep(CALM.multipliedBy(3)));
        } catch (TimeoutException e) {
            throw new IOException("the rehearsal does not end", e);
        }
    }

    /** The viewers and the strange clock are at it for as long as something else happens. */
    private void whileWatched(TrialStack trial, PatientClient client, Viewer.World seen, Meanwhile meanwhile)
            throws InterruptedException, TimeoutException {
        var over = new AtomicBoolean();
        var actors = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < viewers; i++) {
                var viewer = new Viewer(i, client, seed, CAMERAS, over, seen);
                actors.add(threads.submit(() -> {
                    viewer.watch();
                    return null;
                }));
            }
            var strange = new StrangeClock(trial.bootstrapServers(), trial.registry(), seed);
            actors.add(threads.submit(() -> {
                strange.run(AGENCIES, over);
                return null;
            }));
            try {
                meanwhile.happens();
            } finally {
                // Before the executor is closed, which waits for everybody.
                over.set(true);
            }
            threads.shutdown();
            if (!threads.awaitTermination(3, TimeUnit.MINUTES)) {
                throw new TimeoutException("not every request has come to an end");
            }
            for (Future<?> actor : actors) {
                actor.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("somebody who should have taken part did not", e.getCause());
        }
    }

    private static void addCameras(PatientClient client) throws IOException, InterruptedException {
        List<Map<String, String>> cameras = IntStream.range(0, CAMERAS)
                .mapToObj(i -> Map.of(
                        "id", "cam-" + i, "name", "Camera " + i, "source", agency(i % AGENCIES), "status", "ONLINE"))
                .toList();
        var answer = client.ask(
                0,
                "POST",
                "/api/v1/cameras/import",
                "cameras",
                JsonMapper.shared().writeValueAsString(Map.of("cameras", cameras)));
        if (answer.status() != 200) {
            throw new IOException("the cameras were not taken: " + answer.body());
        }
    }

    private Duration untilNothingIsTaken(PatientClient agencies) throws IOException, InterruptedException {
        long began = System.nanoTime();
        while (taken(agencies) > 0 && System.nanoTime() - began < ALL_END_WITHIN.toNanos()) {
            Thread.sleep(200);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static int taken(PatientClient agencies) throws IOException, InterruptedException {
        int taken = 0;
        for (JsonNode agency :
                JsonMapper.shared().readTree(agencies.get("/api/v1/agencies")).path("agencies")) {
            taken += agency.path("current").asInt();
        }
        return taken;
    }

    private static QuotaAudit audit(TrialStack trial) throws IOException {
        var audit = new QuotaAudit();
        try (var serde = new AvroSerde<>(Topics.QUOTA_EVENTS, trial.registry())) {
            new CommittedLog(trial.bootstrapServers())
                    .read(Topics.QUOTA_EVENTS.name(), serde, record -> audit.event(record.value()));
        }
        return audit;
    }

    private boolean judge(QuotaAudit audit, Duration emptyAfter) {
        List<String> lost = world.kept().keySet().stream()
                .filter(id -> !audit.wasGranted(id))
                .map(id -> id + " was answered and never granted")
                .toList();
        List<String> expired = world.kept().entrySet().stream()
                .filter(kept -> !world.abandoned().contains(kept.getKey()))
                .filter(kept ->
                        ofTime(audit.ends().get(kept.getKey()), kept.getValue().answeredAt()))
                .map(kept -> kept.getKey() + " ended (" + audit.ends().get(kept.getKey()) + ") and was beaten for")
                .toList();
        List<String> leaked =
                audit.leaked().stream().map(id -> id + " never ended").toList();
        out.printf(
                "%n%d granted, %d refused, %d answered; nothing taken any more %s after the last viewer stopped%n",
                audit.granted(), audit.refused(), world.kept().size(), Waits.seconds(emptyAfter));
        boolean right = audit.granted() > 0
                && audit.refused() > 0
                && !world.kept().isEmpty()
                && !world.abandoned().isEmpty()
                && audit.hasHeardOf(StrangeClock.USER);
        if (!right) {
            out.println("NOT everybody has taken part: this run says nothing.");
        }
        right &= none("over a limit", audit.overLimit());
        right &= none("freed twice", audit.freedTwice());
        right &= none("leaked", leaked);
        right &= none("kept leases that ended", expired);
        right &= none("answered and lost", lost);
        right &= none("usages that contradict the trail", audit.miscounted());
        right &= none(
                "answers that are wrong",
                world.wrong().stream().map(wrong -> explained(wrong, audit)).toList());
        return right;
    }

    private String explained(Viewer.Wrong wrong, QuotaAudit audit) {
        PatientClient.Answer granted = world.kept().get(wrong.reservation());
        return granted == null
                ? wrong.what()
                : wrong.what() + "; " + wrong.reservation() + " was answered at " + granted.answeredAt() + " after "
                        + granted.tries() + ", and ended " + audit.ends().get(wrong.reservation());
    }

    /** Whether time ended it after its viewer knew of it; before, nobody could beat for it. */
    private static boolean ofTime(QuotaAudit.@Nullable End end, Instant answeredAt) {
        return end != null && OF_TIME.contains(end.reason()) && end.at().isAfter(answeredAt);
    }

    private boolean none(String what, List<String> breaches) {
        out.printf("%s %d%n", what, breaches.size());
        breaches.stream().limit(MOST_DETAILS).forEach(breach -> out.println("  " + breach));
        return breaches.isEmpty();
    }

    private void print(List<Struck> struck) {
        new Waits(world.waits())
                .from(Instant.MIN, "the first 30 s")
                .from(warmAt, "none")
                .from(struck)
                .print(out);
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
