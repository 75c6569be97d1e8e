package io.rollcall.bench.live;

import static io.rollcall.bench.Table.number;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.bench.RoomStory;
import io.rollcall.bench.Table;
import io.rollcall.bench.TopicCounts;
import io.rollcall.bench.load.Arrivals;
import io.rollcall.bench.load.Histogram;
import io.rollcall.bench.load.LoadGenerator;
import io.rollcall.bench.load.LoadResult;
import io.rollcall.bench.load.Requests;
import io.rollcall.local.Development;
import io.rollcall.local.TrialStack;
import io.rollcall.schemas.Service;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench live}. */
@Command(
        name = "live",
        description = {
            "A whole stack: signed webhooks of rooms in, publications of rooms:* out, and the time between.",
            "It runs from the moment a webhook is due, at random with a fixed mean rate, to the frame in the subscriber."
                    + " Afterwards every subscriber must have had the publication of every webhook once."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class LiveCommand implements Callable<Integer> {

    private static final String CHANNEL = "rooms:*";
    private static final int CONNECTIONS = 64;
    private static final int PEOPLE = 4;
    private static final long SEED = 20_261_124;
    private static final Duration ARRIVE_WITHIN = Duration.ofSeconds(20);

    @Option(
            names = "--rates",
            split = ",",
            paramLabel = "N",
            defaultValue = "20,200,1000",
            description = "Webhooks per second; default ${DEFAULT-VALUE}.")
    private List<Integer> rates = List.of();

    @Option(names = "--subscribers", defaultValue = "10", description = "Subscribers; default ${DEFAULT-VALUE}.")
    private int subscribers;

    @Option(
            names = "--seconds",
            defaultValue = "15",
            description = "How long each rate is kept; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long the highest rate is kept before; default ${DEFAULT-VALUE}.")
    private int warmUp;

    private final PrintStream out = System.out;
    private long story;

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        try (var trial = TrialStack.start(
                        TrialStack.Plan.of(
                                "bench-live", Service.WEBHOOK_INGEST, Service.PRESENCE_HISTORY, Service.WS_GATEWAY),
                        out);
                var probe = new FeedProbe(trial.bootstrapServers(), trial.registry());
                HttpClient http = HttpClient.newHttpClient()) {
            URI gateway = URI.create("ws://127.0.0.1:" + trial.ports().wsGateway() + "/connection/websocket");
            var clients = new ArrayList<FeedClient>();
            try {
                for (int i = 0; i < subscribers; i++) {
                    clients.add(FeedClient.subscribe(http, gateway, CHANNEL));
                }
                var ingest = new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), trial.ports().webhookIngest());
                int highest = rates.stream().mapToInt(Integer::intValue).max().orElseThrow();
                out.printf("warming up with %d/s for %d s%n", highest, warmUp);
                measure(ingest, probe, clients, highest, warmUp);
                return measureAll(ingest, probe, clients);
            } finally {
                clients.forEach(FeedClient::close);
            }
        }
    }

    private int measureAll(InetSocketAddress ingest, FeedProbe probe, List<FeedClient> clients)
            throws IOException, InterruptedException {
        var table = new Table(
                "webhooks/s",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "max ms",
                "to Kafka p50",
                "p99",
                "from there p50",
                "p99",
                "publications",
                "missing",
                "again",
                "strange");
        var errors = new ArrayList<String>();
        boolean right = true;
        for (int rate : rates) {
            Round round = measure(ingest, probe, clients, rate, seconds);
            Histogram latencies = round.sightings().latencies();
            table.row(
                    number(rate),
                    millis(latencies.quantile(0.5)),
                    millis(latencies.quantile(0.9)),
                    millis(latencies.quantile(0.99)),
                    millis(latencies.max()),
                    millis(round.sightings().untilCommitted().quantile(0.5)),
                    millis(round.sightings().untilCommitted().quantile(0.99)),
                    millis(round.sightings().sinceCommitted().quantile(0.5)),
                    millis(round.sightings().sinceCommitted().quantile(0.99)),
                    number(latencies.count()),
                    number(round.sightings().missing()),
                    number(round.sightings().repeated()),
                    number(round.sightings().unexpected()));
            right &= round.right();
            round.load().errors().forEach((error, count) -> errors.add(rate + "/s: " + count + " × " + error));
        }
        out.printf("%nwebhook in → frame out, %d subscribers of %s%n%s", subscribers, CHANNEL, table);
        errors.forEach(out::println);
        clients.stream().map(FeedClient::ended).filter(Objects::nonNull).forEach(out::println);
        if (!right) {
            out.println("NOT every subscriber was given every publication once.");
        }
        return right ? 0 : 1;
    }

    private record Round(LoadResult load, Sightings sightings) {

        boolean right() {
            return load.errors().isEmpty()
                    && sightings.missing() == 0
                    && sightings.repeated() == 0
                    && sightings.unexpected() == 0;
        }
    }

    private Round measure(InetSocketAddress ingest, FeedProbe probe, List<FeedClient> clients, int rate, int time)
            throws IOException, InterruptedException {
        List<RoomStory.Event> events = stories(rate, time);
        var requests = new Requests("/webhooks/livekit", events.size());
        var signer = new WebhookSigner(Development.LIVEKIT_API_KEY, Development.LIVEKIT_API_SECRET);
        Instant now = Instant.now();
        for (RoomStory.Event event : events) {
            byte[] body = event.body().getBytes(UTF_8);
            requests.add(body, signer.sign(body, now));
        }
        clients.forEach(FeedClient::take);
        var _ = probe.take();
        long before = lines(clients);
        LoadResult load = new LoadGenerator(List.of(ingest), CONNECTIONS)
                .openLoop(requests, new Arrivals(rate, SEED), Duration.ofSeconds(time));
        var sightings = new Sightings();
        var arrivals = new Arrivals(rate, SEED);
        for (RoomStory.Event event : events.subList(0, (int) load.sent())) {
            sightings.sent(event, load.startedAt() + arrivals.next());
        }
        long expected = load.acknowledged() * clients.size();
        TopicCounts.settle(() -> lines(clients) - before, expected, ARRIVE_WITHIN);
        sightings.committed(probe.take());
        clients.forEach(client -> sightings.seen(client.take()));
        return new Round(load, sightings);
    }

    /**
     * Enough events for this time. As many rooms take turns as there are webhooks in two seconds: so the events of one
     * room come about as far apart as they say, and in order, though they do not wait for each other.
     */
    private List<RoomStory.Event> stories(int rate, int time) {
        int rooms = Math.max(1, (int) (rate * RoomStory.BETWEEN_EVENTS.toSeconds()));
        int enough = rate * time * 2;
        var events = new ArrayList<RoomStory.Event>(enough);
        while (events.size() < enough) {
            var told = new ArrayList<List<RoomStory.Event>>();
            for (int room = 0; room < rooms; room++) {
                told.add(new RoomStory(story, "live-" + story++, Instant.now()).told(PEOPLE));
            }
            for (int step = 0; step < told.getFirst().size(); step++) {
                for (List<RoomStory.Event> room : told) {
                    events.add(room.get(step));
                }
            }
        }
        return events;
    }

    private static long lines(List<FeedClient> clients) {
        return clients.stream().mapToLong(FeedClient::lines).sum();
    }

    private static String millis(Duration duration) {
        return number(duration.toNanos() / 1e6, 1);
    }
}
