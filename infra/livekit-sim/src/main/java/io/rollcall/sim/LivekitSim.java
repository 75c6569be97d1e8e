package io.rollcall.sim;

import io.rollcall.sim.http.ApiFaults;
import io.rollcall.sim.http.Controls;
import io.rollcall.sim.http.Front;
import io.rollcall.sim.http.Listener;
import io.rollcall.sim.http.Metrics;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.people.Clients;
import io.rollcall.sim.people.Crowd;
import io.rollcall.sim.protocol.LivekitIds;
import io.rollcall.sim.time.Timer;
import io.rollcall.sim.tokens.Grants;
import io.rollcall.sim.tokens.TokenVerifier;
import io.rollcall.sim.webhooks.DispatchFigures;
import io.rollcall.sim.webhooks.Tampering;
import io.rollcall.sim.webhooks.WebhookSender;
import io.rollcall.sim.webhooks.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A running simulator: a node with its ports, its senders of webhooks and its clients. */
public final class LivekitSim implements AutoCloseable {

    private static final Duration IDLE_CHECK = Duration.ofSeconds(1);

    private final Timer timer = new Timer();
    private final DispatchFigures figures = new DispatchFigures();
    private final List<Crowd> crowds = new CopyOnWriteArrayList<>();
    private final List<WebhookSender> senders;
    private final Tampering tampering;
    private final Node node;
    private final Clients clients;
    private final Listener api;
    private final Listener metrics;
    private volatile boolean down;

    private LivekitSim(SimSettings settings) throws IOException {
        var clock = InstantSource.system();
        var ids = new LivekitIds(settings.seed() == null ? new Random() : new Random(settings.seed()));
        String nodeId = ids.node();
        String secret = settings.keys().getOrDefault(settings.webhookKey(), "");
        senders = settings.webhookUrls().stream()
                .map(url -> new WebhookSender(
                        url, new WebhookSigner(settings.webhookKey(), secret), settings.webhooks(), figures, clock))
                .toList();
        tampering = new Tampering(parcel -> senders.forEach(sender -> sender.send(parcel)), timer);
        node = new Node(settings.rooms(), ids, clock, tampering::accept);
        var tokens = new TokenVerifier(settings.keys(), clock);
        var apiFaults = new ApiFaults();
        clients = new Clients(node, () -> !down, timer);
        var controls = new Controls(node, tokens, clients, tampering, apiFaults, new Machine());
        var front = new Front(node, tokens, settings.askNode(), settings.noNodeWait(), apiFaults, controls);
        api = Listener.on(settings.address(), settings.port(), front);
        try {
            metrics = Listener.on(
                    settings.address(), settings.metricsPort(), new Metrics(figures, node, nodeId, controls));
        } catch (IOException e) {
            api.close();
            throw e;
        }
        timer.every(IDLE_CHECK, node::closeIdleRooms);
    }

    /** Opens the ports and begins. */
    public static LivekitSim start(SimSettings settings) throws IOException {
        return new LivekitSim(settings);
    }

    /** Where the room API is. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + api.port());
    }

    /** Where Prometheus and the controls are, also while the room API is shut. */
    public URI metricsUrl() {
        return URI.create("http://127.0.0.1:" + metrics.port());
    }

    /** Puts everybody out and closes the rooms, and tells so for as long as this; returns when all is told. */
    public void shutDown(Duration within) throws InterruptedException {
        endCrowds();
        node.shutDown();
        long until = System.nanoTime() + within.toNanos();
        while (pending() > 0 && System.nanoTime() < until) {
            Thread.sleep(10);
        }
    }

    private long pending() {
        return senders.stream().mapToLong(WebhookSender::pending).sum();
    }

    private void endCrowds() {
        crowds.forEach(Crowd::close);
        crowds.clear();
    }

    @Override
    public void close() {
        timer.close();
        api.close();
        metrics.close();
        senders.forEach(WebhookSender::close);
    }

    /** What happens to the process as a whole. */
    private final class Machine implements Controls.Machine {

        @Override
        public Map<String, Long> webhooks() {
            return Map.of(
                    "success", figures.success(),
                    "failure", figures.failure(),
                    "dropped", figures.dropped(),
                    "pending", pending());
        }

        @Override
        public void crash(Duration time, boolean roomsStayListed, boolean clientsComeBack) {
            down = true;
            api.shut();
            List<Grants> lost = node.crash(roomsStayListed);
            tampering.forgetAll();
            senders.forEach(WebhookSender::forgetAll);
            figures.reset();
            timer.after(time, () -> {
                api.reopen();
                down = false;
            });
            if (clientsComeBack) {
                clients.comeBack(lost);
            }
        }

        @Override
        public void refuseConnections(Duration time) {
            api.shut();
            timer.after(time, api::reopen);
        }

        @Override
        public void start(Crowd.Script script) {
            crowds.add(new Crowd(node, clients, timer, script));
        }

        @Override
        public List<Crowd.Progress> crowds() {
            return crowds.stream().map(Crowd::progress).toList();
        }

        @Override
        public void endCrowds() {
            LivekitSim.this.endCrowds();
        }
    }
}
