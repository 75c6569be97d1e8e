package io.rollcall.chaos;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.rollcall.local.Capture;
import io.rollcall.local.Development;
import io.rollcall.local.Programs;
import io.rollcall.local.Receipt;
import io.rollcall.local.Rollcall;
import io.rollcall.local.RoomsApi;
import io.rollcall.local.Sender;
import io.rollcall.local.StackException;
import io.rollcall.local.TrialStack;
import io.rollcall.local.Webhook;
import io.rollcall.schemas.Service;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chaos main-job}. */
@Command(
        name = "main-job",
        description = {
            "Replays captured webhooks by LiveKit's rules for delivery, over and over, while webhook-ingest,"
                    + " presence-history, ws-gateway and Kafka are killed in turn and Kafka is taken away for a while.",
            "Then compares rooms, sessions, room-events and what an SDK client was given with what the capture tells."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class MainJobCommand implements Callable<Integer> {

    private static final Duration RECOVERS_WITHIN = Duration.ofSeconds(90);
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final int MOST_DETAILS = 20;

    @Option(
            names = "--outage",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = TimeConverter.class,
            description = "How long Kafka is taken away, such as 60s or 5m; default ${DEFAULT-VALUE}.")
    private Duration outage = Duration.ZERO;

    @Option(names = "--rate", defaultValue = "40", description = "Webhooks per second; default ${DEFAULT-VALUE}.")
    private int rate;

    private final PrintStream out = System.out;

    /** A fault, when it struck, and when the part was ready again. */
    private record Struck(Fault fault, Instant at, Instant readyAt) {}

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        if (Programs.find("node").isEmpty() || Programs.find("npm").isEmpty()) {
            throw new StackException(
                    "This program follows rooms:* with the SDK of npm, and there is no Node and npm here.");
        }
        List<Fault> faults = List.of(
                new Fault.Kill(Service.WEBHOOK_INGEST.id()),
                new Fault.Kill(Service.PRESENCE_HISTORY.id()),
                new Fault.Kill(Service.WS_GATEWAY.id()),
                new Fault.Kill("kafka"),
                new Fault.TakeAway("kafka", outage));
        Path captures = Rollcall.home().resolve("infra/captures");
        Capture capture = Capture.read(
                List.of(captures.resolve("webhooks-scenarios.ndjson"), captures.resolve("webhooks-volume.ndjson")));
        try (var trial = TrialStack.start(
                        TrialStack.Plan.of(
                                "chaos-main-job", Service.WEBHOOK_INGEST, Service.PRESENCE_HISTORY, Service.WS_GATEWAY),
                        out);
                var subscriber = FeedSubscriber.start(
                        URI.create("ws://127.0.0.1:" + trial.ports().wsGateway()),
                        Rollcall.home().resolve("target/feed-client"));
                var sender = new Sender(
                        URI.create("http://127.0.0.1:" + trial.ports().webhookIngest() + "/webhooks/livekit"),
                        new WebhookSigner(Development.LIVEKIT_API_KEY, Development.LIVEKIT_API_SECRET),
                        Math.max(2_000, 30 * rate))) {
            long firstPosition = subscriber.awaitSubscribed(RECOVERS_WITHIN);
            out.printf("replaying %d webhooks per second; an SDK client is subscribed to rooms:*%n", rate);
            Replay replay = Replay.start(capture, sender, rate);
            awaitMoreFrames(subscriber, "the first publication");
            var struck = new ArrayList<Struck>();
            for (Fault fault : faults) {
                Thread.sleep(CALM);
                struck.add(strike(fault, trial, subscriber));
            }
            Thread.sleep(CALM);
            List<Webhook> told = replay.stop(RECOVERS_WITHIN);
            Collection<Receipt> receipts = sender.finish(RECOVERS_WITHIN);
            var expected = new Expectation();
            told.forEach(expected::take);
            Evidence found = gather(trial, subscriber, receipts, firstPosition, expected);
            print(receipts, struck, expected, found, subscriber);
            return verdict(Checker.breaches(expected, found));
        }
    }

    private Struck strike(Fault fault, TrialStack trial, FeedSubscriber subscriber)
            throws InterruptedException, TimeoutException {
        long pid = trial.stack().pid(fault.part());
        Instant at = Instant.now();
        out.printf("%s%n", fault.title());
        fault.strike(trial.stack());
        await(
                () -> trial.stack().pid(fault.part()) != pid && trial.stack().ready(fault.part()),
                fault.part() + " is ready again");
        Instant readyAt = Instant.now();
        awaitMoreFrames(subscriber, "a publication after " + fault.title());
        return new Struck(fault, at, readyAt);
    }

    private static void awaitMoreFrames(FeedSubscriber subscriber, String what)
            throws InterruptedException, TimeoutException {
        int before = subscriber.frames().size();
        await(() -> subscriber.frames().size() > before, what);
    }

    private Evidence gather(
            TrialStack trial,
            FeedSubscriber subscriber,
            Collection<Receipt> receipts,
            long firstPosition,
            Expectation expected)
            throws IOException, InterruptedException, TimeoutException {
        Map<String, Instant> acknowledged = receipts.stream()
                .filter(receipt -> receipt.acknowledgedAt() != null)
                .collect(toMap(
                        receipt -> receipt.webhook().id(),
                        receipt -> Objects.requireNonNull(receipt.acknowledgedAt()),
                        (one, _) -> one));
        Set<String> abandoned = receipts.stream()
                .filter(receipt -> receipt.acknowledgedAt() == null)
                .map(receipt -> receipt.webhook().roomKey())
                .collect(toSet());
        new Quiet(trial.bootstrapServers()).await(RECOVERS_WITHIN);
        var gatherer = new Gatherer(trial.bootstrapServers(), trial.registry());
        List<String> feed = gatherer.feed(firstPosition);
        // What is in the feed now is given to a subscriber soon, or never.
        settle(() -> subscriber.frames().size() >= feed.size());
        List<Evidence.Entry> history = gatherer.history();
        var api = new RoomsApi(trial.presence());
        return new Evidence(
                acknowledged,
                abandoned,
                gatherer.recorded(),
                history,
                feed,
                subscriber.frames(),
                Answers.openRooms(api),
                Answers.sessions(api, expected.sessions().keySet()));
    }

    private void print(
            Collection<Receipt> receipts,
            List<Struck> struck,
            Expectation expected,
            Evidence found,
            FeedSubscriber subscriber) {
        var gaps = new Gaps(receipts, found.history(), found.frames());
        out.printf(
                "%n%-32s %14s %22s %24s%n",
                "fault", "ready again", "longest unacknowledged", "longest unseen by client");
        for (int i = 0; i < struck.size(); i++) {
            Struck fault = struck.get(i);
            Instant next = i + 1 < struck.size() ? struck.get(i + 1).at() : null;
            out.printf(
                    "%-32s %14s %22s %24s%n",
                    fault.fault().title(),
                    seconds(Duration.between(fault.at(), fault.readyAt())),
                    seconds(gaps.unacknowledged(fault.at(), next)),
                    seconds(gaps.unseen(fault.at(), next)));
        }
        out.printf(
                "%nwebhooks told %d, acknowledged %d, delivered at a later attempt %d, given up by the sender %d%n",
                receipts.size(),
                found.acknowledged().size(),
                receipts.stream().filter(receipt -> receipt.attempts() > 1).count(),
                receipts.size() - found.acknowledged().size());
        out.printf(
                "in livekit-events %d, facts %d, publications %d, sessions %d, rooms open %d%n",
                found.recorded().size(),
                found.history().size(),
                found.frames().size(),
                expected.sessions().size(),
                expected.openByRoom().size());
        out.printf(
                "the client's reconnects: %d recovered, %d not%n%n",
                subscriber.recoveries(), subscriber.failedRecoveries());
    }

    private int verdict(List<Breach> breaches) {
        var counts = new EnumMap<Breach.Promise, Integer>(Breach.Promise.class);
        breaches.forEach(breach -> counts.merge(breach.promise(), 1, Integer::sum));
        for (Breach.Promise promise : Breach.Promise.values()) {
            out.printf("%6d %s%n", counts.getOrDefault(promise, 0), promise.title());
        }
        breaches.stream()
                .limit(MOST_DETAILS)
                .forEach(breach -> out.printf("  %s: %s%n", breach.promise().title(), breach.detail()));
        if (breaches.size() > MOST_DETAILS) {
            out.printf("  … and %d more%n", breaches.size() - MOST_DETAILS);
        }
        return breaches.isEmpty() ? 0 : 1;
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException, TimeoutException {
        if (!settle(condition)) {
            throw new TimeoutException(what + ": not within " + RECOVERS_WITHIN.toSeconds() + " s");
        }
    }

    private static boolean settle(BooleanSupplier condition) throws InterruptedException {
        Instant giveUpAt = Instant.now().plus(RECOVERS_WITHIN);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(giveUpAt)) {
                return false;
            }
            Thread.sleep(LOOK_EVERY);
        }
        return true;
    }

    private static String seconds(Duration duration) {
        return String.format("%.1f s", duration.toMillis() / 1e3);
    }
}
