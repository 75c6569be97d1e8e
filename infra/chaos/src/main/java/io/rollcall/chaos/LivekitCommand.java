package io.rollcall.chaos;

import io.rollcall.local.Livekit;
import io.rollcall.local.Programs;
import io.rollcall.local.Rollcall;
import io.rollcall.local.RoomsApi;
import io.rollcall.local.StackException;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.Service;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code chaos livekit}. */
@Command(
        name = "livekit",
        description = {
            "A real livekit-server and real participants: rooms and realtime sessions are made, joined, left and deleted by"
                    + " chance, some twice under one identity, while LiveKit and the services are killed.",
            "Then compares our rooms, people and sessions with what LiveKit lists and with what each client has seen; and"
                    + " LiveKit is killed once more with people inside who do not come back."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LivekitCommand implements Callable<Integer> {

    private static final String LIVEKIT = "livekit";
    private static final Duration POLL = Duration.ofSeconds(15);

    /** Two polls and 30 s: so long a ghost may live once LiveKit answers again, and so long we may be wrong. */
    private static final Duration CORRECTED_WITHIN = POLL.multipliedBy(2).plusSeconds(30);

    /** Its five attempts, with some leeway: webhooks of a longer outage are lost. */
    private static final Duration LIVEKIT_TRIES_FOR = Duration.ofSeconds(13);

    /** After each fault; LiveKit has told everything by then that it had to keep. */
    private static final Duration CALM = Duration.ofSeconds(15);

    private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final int GHOSTS = 6;
    private static final int MOST_DETAILS = 20;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "180s",
            converter = TimeConverter.class,
            description = "How long people come and go, such as 60s or 3m; default ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    @Option(names = "--seed", description = "What chance begins with; by chance itself when absent.")
    private @Nullable Long seed;

    private final PrintStream out = System.out;
    private final List<String> breaches = new ArrayList<>();
    private final List<Instant> kills = new ArrayList<>();
    private final List<Comparison.Silence> silences = new ArrayList<>();
    private final List<Haunting> hauntings = new ArrayList<>();

    /** What this program needs and this machine does not have, in a sentence; empty when all is there. */
    static Optional<String> missing() {
        return Stream.of("livekit-server", "node", "npm")
                .filter(program -> Programs.find(program).isEmpty())
                .findFirst()
                .map(program -> "a real LiveKit with real participants needs livekit-server, node and npm, and no "
                        + program + " is on the PATH");
    }

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        missing().ifPresent(why -> {
            throw new StackException(why);
        });
        Path server = Programs.find("livekit-server").orElseThrow();
        long chance = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
        out.println("chaos livekit --seed " + chance + " --time " + time.toSeconds() + "s");
        try (var trial = TrialStack.start(
                        TrialStack.Plan.of(
                                        "chaos-livekit",
                                        Service.WEBHOOK_INGEST,
                                        Service.SESSION_API,
                                        Service.PRESENCE_HISTORY)
                                .with(new Livekit.Started(server))
                                .with(Map.of("SESSION_CLEANUP_INTERVAL", POLL.toSeconds() + "s")),
                        out);
                HttpClient http = HttpClient.newBuilder()
                        .connectTimeout(Duration.ofSeconds(2))
                        .build();
                var people = Participants.start(
                        local(trial.ports().livekit()), Rollcall.home().resolve("target/participants"));
                var crowd = new Crowd(
                        new Random(chance),
                        people,
                        new LivekitRooms(http, local(trial.ports().livekit())),
                        new SessionClient(new PatientClient(
                                http, List.of(local(trial.ports().sessionApi())))))) {
            var view = new View(crowd, new RoomsApi(trial.presence()));
            scenario(trial, crowd, view, new Random(chance));
            out.println("nobody does anything any more");
            crowd.rest();
            agree(view, crowd, "after the scenario");
            haunt(trial, crowd, view);
            crowd.come(GHOSTS / 2);
            agree(view, crowd, "in the end");
            compareHistory(view, crowd);
            print(crowd);
        }
        return breaches.isEmpty() ? 0 : 1;
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private void scenario(TrialStack trial, Crowd crowd, View view, Random random)
            throws IOException, InterruptedException, TimeoutException {
        var faults = new ArrayList<Fault>(List.of(
                new Fault.Kill(LIVEKIT),
                new Fault.Kill(Service.WEBHOOK_INGEST.id()),
                new Fault.Kill(Service.PRESENCE_HISTORY.id()),
                new Fault.Kill(Service.SESSION_API.id()),
                new Fault.TakeAway(LIVEKIT, Duration.ofSeconds(5))));
        Collections.shuffle(faults, random);
        Duration between = time.dividedBy(faults.size() + 1L);
        Instant begin = Instant.now();
        for (int i = 0; i < faults.size(); i++) {
            crowd.actUntil(begin.plus(between.multipliedBy(i + 1L)));
            strike(faults.get(i), trial, crowd, view);
            crowd.actUntil(Instant.now().plus(CALM));
        }
        crowd.actUntil(begin.plus(time));
    }

    /** Once the part is ready again; people come and go meanwhile. */
    private void strike(Fault fault, TrialStack trial, Crowd crowd, View view)
            throws IOException, InterruptedException, TimeoutException {
        boolean livekit = fault.part().equals(LIVEKIT);
        Set<String> inside = livekit ? view.sidsInside() : Set.of();
        long pid = trial.stack().pid(fault.part());
        Instant at = Instant.now();
        if (livekit) {
            killed(at);
        }
        fault.strike(trial.stack());
        Instant giveUpAt = at.plus(RECOVERS_WITHIN);
        while (!(isAnother(trial, fault.part(), pid) && trial.stack().ready(fault.part()))) {
            crowd.actUntil(Instant.now().plus(LOOK_EVERY));
            if (Instant.now().isAfter(giveUpAt)) {
                throw new TimeoutException(fault.part() + " is not ready again");
            }
        }
        Instant readyAt = Instant.now();
        out.printf("%s, ready after %s%n", fault.title(), seconds(at, readyAt));
        if (fault.part().equals(Service.WEBHOOK_INGEST.id())
                && Duration.between(at, readyAt).compareTo(LIVEKIT_TRIES_FOR) > 0) {
            silences.add(new Comparison.Silence(at.minusSeconds(5), readyAt.plusSeconds(10)));
        }
        if (livekit) {
            hauntings.add(Haunting.watch(view, inside, at, readyAt, CORRECTED_WITHIN));
        }
    }

    /** What it had not told yet has died with it. */
    private void killed(Instant at) {
        kills.add(at);
        silences.add(new Comparison.Silence(at.minusSeconds(10), at.plusSeconds(5)));
    }

    private static boolean isAnother(TrialStack trial, String part, long before) {
        try {
            return trial.stack().pid(part) != before;
        } catch (StackException e) {
            return false;
        }
    }

    /** LiveKit dies, and everybody inside with it. */
    private void haunt(TrialStack trial, Crowd crowd, View view)
            throws IOException, InterruptedException, TimeoutException {
        crowd.come(GHOSTS);
        agree(view, crowd, "before the last kill");
        Set<String> inside = view.sidsInside();
        long pid = trial.stack().pid(LIVEKIT);
        Instant at = Instant.now();
        killed(at);
        trial.stack().kill(LIVEKIT);
        crowd.vanish();
        while (!(isAnother(trial, LIVEKIT, pid) && trial.stack().ready(LIVEKIT))) {
            Thread.sleep(LOOK_EVERY);
            if (Instant.now().isAfter(at.plus(RECOVERS_WITHIN))) {
                throw new TimeoutException("LiveKit is not ready again");
            }
        }
        out.printf("LiveKit and all of its %d people are killed%n", inside.size());
        hauntings.add(Haunting.watch(view, inside, at, Instant.now(), CORRECTED_WITHIN));
        for (Haunting haunting : hauntings) {
            haunting.await();
            if (haunting.lasted().compareTo(CORRECTED_WITHIN) > 0) {
                breaches.add("ghosts of " + haunting.killedAt() + " are still there "
                        + haunting.lasted().toSeconds() + " s after LiveKit answered again");
            }
        }
    }

    /** LiveKit's clients and LiveKit first, then LiveKit and we. */
    private void agree(View view, Crowd crowd, String when) throws InterruptedException {
        int before = breaches.size();
        Instant begin = Instant.now();
        found(await(() -> Comparison.withClients(view.livekit(), crowd.visits()), RECOVERS_WITHIN), when);
        Instant settled = Instant.now();
        found(await(() -> Comparison.withLivekit(view.ours(), view.livekit()), CORRECTED_WITHIN), when);
        Instant same = Instant.now();
        found(
                await(
                        () -> Comparison.ofSessions(
                                crowd.made(), crowd.ended(), crowd.statuses(), crowd.visits(), silences),
                        CORRECTED_WITHIN),
                when);
        if (breaches.size() > before) {
            out.printf("%s: something differs%n", when);
            return;
        }
        out.printf(
                "%s: %d rooms with %d people; LiveKit's clients settled in %s, our rooms were LiveKit's %s later,"
                        + " sessions %s later%n",
                when,
                crowd.rooms(),
                crowd.inside(),
                seconds(begin, settled),
                seconds(settled, same),
                seconds(same, Instant.now()));
    }

    private void compareHistory(View view, Crowd crowd) throws InterruptedException {
        found(
                await(() -> Comparison.ofHistory(view.history(), crowd.visits(), kills, silences), CORRECTED_WITHIN),
                "history");
    }

    private void found(List<String> differences, String when) {
        differences.forEach(difference -> breaches.add(when + ": " + difference));
    }

    @FunctionalInterface
    private interface Look {
        List<String> differences() throws IOException, InterruptedException;
    }

    /** The last look's differences; none as soon as there are none. */
    private static List<String> await(Look look, Duration within) throws InterruptedException {
        Instant giveUpAt = Instant.now().plus(within);
        while (true) {
            List<String> differences;
            try {
                differences = look.differences();
            } catch (IOException e) {
                differences = List.of(String.valueOf(e.getMessage()));
            }
            if (differences.isEmpty() || Instant.now().isAfter(giveUpAt)) {
                return differences;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** Both sides at this moment. */
    static final class View {

        private final Crowd crowd;
        private final RoomsApi api;

        View(Crowd crowd, RoomsApi api) {
            this.crowd = crowd;
            this.api = api;
        }

        Map<String, Occupied> livekit() throws IOException, InterruptedException {
            return crowd.livekit().rooms();
        }

        Map<String, Occupied> ours() throws IOException, InterruptedException {
            var rooms = new TreeMap<String, Occupied>();
            for (JsonNode room : api.rooms()) {
                var people = new TreeMap<String, String>();
                for (JsonNode participant : api.participants(RoomsApi.key(room))) {
                    people.put(
                            participant.path("sid").asString(),
                            participant.path("identity").asString());
                }
                rooms.put(RoomsApi.key(room), new Occupied(room.path("roomSid").asString(), people));
            }
            return rooms;
        }

        Set<String> sidsInside() throws IOException, InterruptedException {
            return ours().values().stream()
                    .flatMap(room -> room.people().keySet().stream())
                    .collect(Collectors.toSet());
        }

        Map<String, Comparison.Told> history() throws IOException, InterruptedException {
            var told = new TreeMap<String, Comparison.Told>();
            for (JsonNode session : api.sessions()) {
                JsonNode all = api.session(session.path("sessionId").asString());
                for (JsonNode stay : all.path("participants")) {
                    String leftAt = stay.path("leftAt").asString("");
                    told.put(
                            stay.path("sid").asString(),
                            new Comparison.Told(
                                    RoomsApi.key(all),
                                    stay.path("identity").asString(),
                                    Instant.parse(stay.path("joinedAt").asString()),
                                    leftAt.isEmpty() ? null : Instant.parse(leftAt),
                                    stay.path("disconnectReason").asString(""),
                                    stay.path("source").asString(),
                                    stay.path("inferred").asBoolean()));
                }
            }
            return told;
        }
    }

    private void print(Crowd crowd) {
        out.printf("%n%-14s %8s %22s %22s%n", "LiveKit killed", "inside", "answered again after", "last ghost after");
        for (Haunting haunting : hauntings) {
            out.printf(
                    "%-14s %8d %22s %22s%n",
                    haunting.killedAt().toString().substring(11, 19),
                    haunting.ghosts(),
                    seconds(haunting.killedAt(), haunting.answeredAt()),
                    seconds(haunting.killedAt(), haunting.answeredAt().plus(haunting.lasted())));
        }
        out.printf(
                "%n%d clients: %d connected, %d came back by themselves, %d refused; %d realtime sessions; %d breaches%n",
                crowd.visits().size(),
                crowd.visits().stream()
                        .filter(visit -> visit.connectedAt() != null)
                        .count(),
                crowd.visits().stream().filter(Visit::cameBack).count(),
                crowd.visits().stream()
                        .filter(visit -> visit.state() == Visit.State.REFUSED)
                        .count(),
                crowd.made().size(),
                breaches.size());
        breaches.stream().limit(MOST_DETAILS).forEach(out::println);
    }

    private static String seconds(Instant from, Instant to) {
        return String.format("%.1f s", Duration.between(from, to).toMillis() / 1e3);
    }
}
