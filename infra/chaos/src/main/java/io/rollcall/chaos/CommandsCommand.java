package io.rollcall.chaos;

import io.rollcall.chaos.SessionClient.Done;
import io.rollcall.local.CommittedLog;
import io.rollcall.local.Livekit;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.SessionEvent;
import io.rollcall.schemas.sessions.SessionEventType;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chaos commands}. */
@Command(
        name = "commands",
        description = {
            "Two instances of session-api under load: sessions are made and ended, every request under a key of its own and"
                    + " again with it until it is answered, while each instance is killed and stopped, and Redis and Kafka are"
                    + " killed.",
            "Then compares the answers with session-events: nothing that was answered is lost, nothing was done twice."
                    + " LiveKit is livekit-sim, a test double."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CommandsCommand implements Callable<Integer> {

    private static final String NAME = "chaos-commands";
    private static final Duration CALM = Duration.ofSeconds(8);
    private static final int MOST_DETAILS = 20;

    /** Sessions per second for Java to learn with. */
    private static final int REHEARSED_AT = 50;

    /** One in so many sessions stays, the others are ended by their user. */
    private static final int STAYS = 4;

    @Option(names = "--rate", defaultValue = "20", description = "Sessions per second; default ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--brokers",
            defaultValue = "1",
            description = "How many Kafka has, 1 or 3; default ${DEFAULT-VALUE}.")
    private int brokers;

    @Option(names = "--only", defaultValue = "", description = "Only the faults with this in their names.")
    private String only = "";

    private final PrintStream out = System.out;
    private final Queue<Done> created = new ConcurrentLinkedQueue<>();
    private final Queue<Done> deleted = new ConcurrentLinkedQueue<>();
    private final List<String> breaches = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        var plan = TrialStack.Plan.of(NAME, Service.SESSION_API)
                .with(new Livekit.Simulated("rooms are made and deleted"))
                .withBrokers(brokers);
        String first = Service.SESSION_API.id();
        String second = TrialStack.anotherOne(Service.SESSION_API);
        var all = new ArrayList<Fault>(List.of(
                new Fault.Kill(first),
                new Fault.Kill(second),
                new Fault.Stop(first),
                new Fault.Stop(second),
                new Fault.Kill("redis")));
        all.addAll(Fault.killsOfKafka(brokers));
        List<Fault> faults = Fault.only(only, all);
        TrialStack.rehearse(plan, this::rehearse, out);
        try (var trial = TrialStack.start(plan, out);
                HttpClient http = PatientClient.http()) {
            trial.startAnother(Service.SESSION_API);
            var client = new SessionClient(
                    new PatientClient(http, List.of(first(trial), trial.another(Service.SESSION_API))));
            var struck = new ArrayList<Struck>();
            out.printf("%d sessions per second at two instances%n", rate);
            underLoad(client, rate, () -> {
                Thread.sleep(CALM.multipliedBy(2));
                struck.addAll(Struck.byEach(faults, trial, CALM, out));
            });
            compare(trial);
            print(struck);
        }
        return breaches.isEmpty() ? 0 : 1;
    }

    private void rehearse(TrialStack trial) throws IOException, InterruptedException {
        try (HttpClient http = PatientClient.http()) {
            underLoad(
                    new SessionClient(new PatientClient(http, List.of(first(trial)))),
                    REHEARSED_AT,
                    () -> Thread.sleep(CALM.multipliedBy(2)));
        } catch (TimeoutException e) {
            throw new IOException("the rehearsal does not end", e);
        }
        created.clear();
        deleted.clear();
    }

    private static URI first(TrialStack trial) {
        return URI.create("http://127.0.0.1:" + trial.ports().sessionApi());
    }

    /** Makes and ends sessions for as long as something else happens. */
    private void underLoad(SessionClient client, int perSecond, Meanwhile meanwhile)
            throws InterruptedException, TimeoutException {
        var over = new AtomicBoolean();
        try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
            Thread load = Thread.ofVirtual().start(() -> load(client, perSecond, requests, over));
            try {
                meanwhile.happens();
            } finally {
                // Before the executor is closed, which waits for all that runs.
                over.set(true);
            }
            load.join();
            requests.shutdown();
            if (!requests.awaitTermination(3, TimeUnit.MINUTES)) {
                throw new TimeoutException("not every request has come to an end");
            }
        }
    }

    private void load(SessionClient client, int perSecond, ExecutorService requests, AtomicBoolean over) {
        long begin = System.nanoTime();
        for (int next = 0; !over.get(); next++) {
            int number = next;
            long due = begin + (long) (number * 1e9 / perSecond);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            var _ = requests.submit(() -> {
                Done made = client.create(number);
                created.add(made);
                if (number % STAYS != 0 && made.answer().status() == 201) {
                    deleted.add(client.delete(number, made.sessionId()));
                }
                return null;
            });
        }
    }

    /** What the log says of one session. */
    private static final class Told {
        private int made;
        private int removedByUser;
        private int removed;
    }

    private void compare(TrialStack trial) throws IOException {
        Map<String, Told> told = told(trial);
        var owners = new HashMap<String, Integer>();
        for (Done done : created) {
            if (done.answer().status() != 201) {
                breach("create " + done.number() + " ended with status "
                        + done.answer().status() + " after " + done.answer().tries() + ": "
                        + done.answer().body());
                continue;
            }
            Integer other = owners.put(done.sessionId(), done.number());
            if (other != null) {
                breach("creates " + other + " and " + done.number() + " were given the same session");
            }
            Told it = told.get(done.sessionId());
            if (it == null || it.made == 0) {
                breach("lost: create " + done.number() + " was answered, and its session was never made");
            }
        }
        for (Done done : deleted) {
            if (done.answer().status() != 200) {
                breach("delete " + done.number() + " ended with status "
                        + done.answer().status() + " after " + done.answer().tries() + ": "
                        + done.answer().body());
            } else if (told.getOrDefault(done.sessionId(), new Told()).removedByUser == 0) {
                breach("lost: delete " + done.number() + " was answered, and its session never ended");
            }
        }
        told.forEach((id, it) -> {
            if (it.made > 1) {
                breach("twice: " + id + " was made " + it.made + " times");
            }
            if (it.removed > 1) {
                breach("twice: " + id + " ended " + it.removed + " times");
            }
            if (it.made > 0 && !owners.containsKey(id)) {
                breach("twice: " + id + " was made and is nobody's answer");
            }
        });
    }

    private static Map<String, Told> told(TrialStack trial) throws IOException {
        Map<String, Told> told = new HashMap<>();
        new CommittedLog(trial.bootstrapServers())
                .read(
                        Topics.SESSION_EVENTS.name(),
                        new AvroSerde<>(Topics.SESSION_EVENTS, trial.registry()),
                        record -> count(record.value(), told));
        return told;
    }

    private static void count(SessionEvent event, Map<String, Told> told) {
        if (event.getType() == SessionEventType.SESSION_CREATED) {
            told.computeIfAbsent(event.getSessionId(), _ -> new Told()).made++;
        } else if (event.getType() == SessionEventType.SESSION_REMOVED) {
            Told it = told.computeIfAbsent(event.getSessionId(), _ -> new Told());
            it.removed++;
            it.removedByUser += event.getReason().equals("user") ? 1 : 0;
        }
    }

    private void breach(String what) {
        breaches.add(what);
    }

    private void print(List<Struck> struck) {
        new Waits(Stream.concat(
                                created.stream().map(done -> wait("a create", done)),
                                deleted.stream().map(done -> wait("a delete", done)))
                        .toList())
                .from(Instant.MIN, "none")
                .from(struck)
                .print(out);
        long again = created.stream()
                        .filter(done -> done.answer().tries().size() > 1)
                        .count()
                + deleted.stream()
                        .filter(done -> done.answer().tries().size() > 1)
                        .count();
        out.printf(
                "%n%d sessions made, %d ended, %d requests sent more than once%n",
                created.size(), deleted.size(), again);
        long lost = breaches.stream().filter(it -> it.startsWith("lost")).count();
        long twice = breaches.stream().filter(it -> it.startsWith("twice")).count();
        out.printf("lost %d, done twice %d, other breaches %d%n", lost, twice, breaches.size() - lost - twice);
        breaches.stream().limit(MOST_DETAILS).forEach(out::println);
    }

    private static Waits.Wait wait(String what, Done done) {
        return new Waits.Wait(what, done.answer());
    }
}
