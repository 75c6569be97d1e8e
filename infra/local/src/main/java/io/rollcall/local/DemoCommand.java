package io.rollcall.local;

import io.rollcall.local.Capture.Delivery;
import io.rollcall.local.Pace.Cue;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code demo}: rooms that move, sessions that are made, joined, left and removed, and streams that are watched. */
@Command(
        name = "demo",
        description = {
            "Plays the recorded webhooks of a real LiveKit server again and again, slowly enough to watch, while realtime"
                    + " sessions are made, joined, left and removed on livekit-sim, a test double, and viewers reserve the"
                    + " streams of cameras, watch, go away, and run into their agency's limit; and says what happens.",
            "Starts the stack if it does not run, and then stops it at the end. Where one runs already, scripted people"
                    + " of its livekit-sim take the place of the recorded ones; a real LiveKit server has none.",
            "Ctrl-C ends it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {

    /** Many rooms with people who come and go. */
    private static final Story CROWD = new Story("webhooks-volume.ndjson", new Pace(8, Duration.ofSeconds(6)));
    /** Everything that LiveKit does besides: people put out, rooms deleted, a server that crashes. */
    private static final Story ODDITIES = new Story("webhooks-scenarios.ndjson", new Pace(12, Duration.ofSeconds(5)));

    private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(5);
    private static final Duration ROUND_OF_A_CROWD = Duration.ofMinutes(1);
    private static final int WAITING = 256;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Rollcall rollcall;

    @Option(names = "--rounds", paramLabel = "N", description = "End after N rounds (default: go on until Ctrl-C).")
    private int rounds;

    @Option(
            names = "--livekit",
            paramLabel = "URL|path|sim|none",
            description = "The LiveKit of the stack that it starts, as for up (default: ${DEFAULT-VALUE}, where people"
                    + " come to the sessions).")
    private String livekit = "sim";

    private record Story(String file, Pace pace) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Ports ports = Ports.usual();
        boolean running = runs(rollcall.data());
        if (!running) {
            // The recorded rooms are on no LiveKit: compared with one, they would be ended.
            UpCommand.run(
                    new Stack.Settings(Rollcall.home(), rollcall.data(), ports, Livekit.choose(livekit), false),
                    System.out);
        }
        System.out.println("Watch it on http://127.0.0.1:" + ports.wsGateway() + "/ - Ctrl-C ends the demo.");
        System.out.println();
        PrintStream out = System.out;
        try (var narrator = Narrator.start(ports, out);
                var scenes = SessionScenes.start(ports, narrator);
                var streams = StreamScenes.start(ports, narrator)) {
            // Ctrl-C ends the demo: with the stack that it started, else without a trace in the one that goes on.
            List<Runnable> leaving =
                    running ? List.of(scenes::close, streams::close) : List.of(scenes::end, streams::end);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> leaving.forEach(Runnable::run), "end-scenes"));
            for (int round = 1; rounds == 0 || round <= rounds; round++) {
                if (running) {
                    scenes.sendCrowd(round);
                    Thread.sleep(ROUND_OF_A_CROWD);
                    narrator.say("End of round " + round + ": " + narrator.facts() + " facts so far.");
                } else {
                    playRecorded(round, ports, narrator);
                    Thread.sleep(BETWEEN_ROUNDS);
                }
            }
        }
        return 0;
    }

    private static void playRecorded(int round, Ports ports, Narrator narrator)
            throws IOException, InterruptedException {
        URI target = URI.create("http://127.0.0.1:" + ports.webhookIngest() + "/webhooks/livekit");
        var signer = new WebhookSigner(Development.LIVEKIT_API_KEY, Development.LIVEKIT_API_SECRET);
        try (var sender = new Sender(target, signer, WAITING)) {
            play(round, sender, narrator);
        }
    }

    private static boolean runs(DataFolder data) throws IOException {
        Optional<RunFile> run =
                RunFile.read(data).filter(r -> r.launcher().alive().isPresent());
        if (run.isPresent() && run.get().upAt() == null) {
            throw new StackException("The stack is just being started; try again when it is ready.");
        }
        return run.isPresent();
    }

    private static void play(int round, Sender sender, Narrator narrator) throws IOException, InterruptedException {
        Instant start = Instant.now();
        // Different in every round of every run, so that nothing is taken for a repetition.
        String suffix = "-" + Long.toString(start.toEpochMilli(), Character.MAX_RADIX);
        List<Cue> cues = new ArrayList<>();
        for (Story story : List.of(CROWD, ODDITIES)) {
            Path file = Rollcall.home().resolve("infra/captures").resolve(story.file());
            List<Delivery> deliveries = Capture.read(List.of(file)).firstDeliveries();
            cues.addAll(story.pace().cues(deliveries, start, suffix));
        }
        cues.sort(Comparator.comparing(Cue::at));
        for (Cue cue : cues) {
            Thread.sleep(Duration.between(Instant.now(), cue.at()));
            sender.send(cue.webhook());
        }
        try {
            long acknowledged = sender.finish(Duration.ofMinutes(1)).stream()
                    .filter(receipt -> receipt.acknowledgedAt() != null)
                    .count();
            narrator.say("End of round " + round + ": " + acknowledged + " of " + cues.size()
                    + " webhooks acknowledged, " + narrator.facts() + " facts so far.");
        } catch (TimeoutException e) {
            throw new StackException("webhook-ingest no longer answers; see ./rollcall status", e);
        }
    }
}
