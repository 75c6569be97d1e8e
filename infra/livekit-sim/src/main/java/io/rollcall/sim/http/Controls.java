package io.rollcall.sim.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.rollcall.sim.node.JoinRefusedException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.node.RefusedException;
import io.rollcall.sim.node.TrackKind;
import io.rollcall.sim.node.TwirpError;
import io.rollcall.sim.people.Clients;
import io.rollcall.sim.people.Crowd;
import io.rollcall.sim.tokens.BadTokenException;
import io.rollcall.sim.tokens.Grants;
import io.rollcall.sim.tokens.TokenVerifier;
import io.rollcall.sim.webhooks.Tampering;
import io.rollcall.sim.webhooks.Tampering.Action;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitWebhook.WebhookEvent;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** The simulator's own controls below {@code /sim}: people, faults and anomalies on demand. Not a part of LiveKit. */
public final class Controls implements HttpHandler {

    private static final String PREFIX = "/sim/";
    private static final JsonMapper JSON = JsonMapper.builder()
            // A misspelt field is said, not passed over.
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // What is left out is no, or nothing.
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    private final Node node;
    private final TokenVerifier tokens;
    private final Clients clients;
    private final Tampering tampering;
    private final ApiFaults apiFaults;
    private final Machine machine;
    private final Map<String, Route> routes = Map.ofEntries(
            Map.entry("GET health", _ -> health()),
            Map.entry("GET rooms", _ -> rooms()),
            Map.entry("GET webhooks", _ -> webhooks()),
            Map.entry("POST join", body -> join(read(body, Join.class))),
            Map.entry("POST connect", body -> connect(read(body, Join.class))),
            Map.entry("POST activate", body -> activate(read(body, Who.class))),
            Map.entry("POST abort", body -> abort(read(body, Join.class))),
            Map.entry("POST leave", body -> leave(read(body, Who.class))),
            Map.entry("POST publish", body -> publish(read(body, Who.class))),
            Map.entry("POST unpublish", body -> unpublish(read(body, Who.class))),
            Map.entry("POST events", this::event),
            Map.entry("POST anomalies", body -> anomaly(read(body, Anomaly.class))),
            Map.entry("POST crash", body -> crash(read(body, Crash.class))),
            Map.entry("POST refuse", body -> refuse(read(body, Refuse.class))),
            Map.entry("POST faults/webhooks", body -> tamper(read(body, WebhookFault.class))),
            Map.entry("POST faults/api", body -> failApi(read(body, ApiFault.class))),
            Map.entry("DELETE faults", _ -> endFaults()),
            Map.entry("GET crowds", _ -> crowds()),
            Map.entry("POST crowds", body -> crowd(read(body, CrowdOrder.class))),
            Map.entry("DELETE crowds", _ -> endCrowds()));

    /** What the controls need of the process around the node. */
    public interface Machine {

        /** How the webhooks fare. */
        Map<String, Long> webhooks();

        /** The process is killed and started again after this time. */
        void crash(Duration down, boolean roomsStayListed, boolean clientsComeBack);

        /** The room API's port takes no connections for this time. */
        void refuseConnections(Duration time);

        /** Sends people. */
        void start(Crowd.Script script);

        /** Those who were sent. */
        List<Crowd.Progress> crowds();

        /** Sends nobody any more. */
        void endCrowds();
    }

    /** Controls of this node and of what is around it. */
    public Controls(
            Node node,
            TokenVerifier tokens,
            Clients clients,
            Tampering tampering,
            ApiFaults apiFaults,
            Machine machine) {
        this.node = node;
        this.tokens = tokens;
        this.clients = clients;
        this.tampering = tampering;
        this.apiFaults = apiFaults;
        this.machine = machine;
    }

    private interface Route {
        Object answer(byte[] body) throws JoinRefusedException, BadTokenException;
    }

    private record Done(boolean done) {}

    private static final Done DONE = new Done(true);

    private record Join(
            String token, @Nullable String room, @Nullable List<TrackKind> publish) {}

    private record Seat(String room, String roomSid, String identity, String participantSid) {}

    private record Who(
            @Nullable String participantSid,
            @Nullable String room,
            @Nullable String identity,
            @Nullable DisconnectReason reason,
            boolean silent,
            @Nullable TrackKind kind,
            @Nullable String trackSid) {}

    private record Anomaly(
            Kind kind, @Nullable String room, @Nullable String identity, boolean clientsComeBack) {

        enum Kind {
            HOSTED_AGAIN,
            ZOMBIE,
            FINISHED_OCCUPIED,
            REBORN,
            SPLIT,
            ABORTED_THEN_JOINED,
            ABORTED_THEN_JOINED_DISCONNECTED
        }
    }

    private record Crash(
            long downMs, boolean roomsStayListed, @Nullable Boolean clientsComeBack) {}

    private record Refuse(long forMs) {}

    private record WebhookFault(
            What action,
            @Nullable Set<String> events,
            @Nullable String room,
            @Nullable String identity,
            @Nullable Double rate,
            int times,
            long seed,
            @Nullable Integer copies,
            long delayMs,
            @Nullable Long maxDelayMs,
            @Nullable Integer by) {

        enum What {
            DROP,
            DUPLICATE,
            DELAY,
            POSTPONE
        }
    }

    private record ApiFault(
            @Nullable Set<String> methods,
            @Nullable Double rate,
            int times,
            long seed,
            long latencyMs,
            ApiFaults.@Nullable Outcome outcome) {}

    private record CrowdOrder(
            @Nullable String name,
            @Nullable Integer rooms,
            @Nullable Integer peoplePerRoom,
            @Nullable Double arrivalsPerSecond,
            @Nullable Long stayMs,
            @Nullable Double publishing,
            @Nullable List<String> agencies,
            long people,
            long seed) {}

    /** Whether this path is one of ours. */
    static boolean serves(String path) {
        return path.startsWith(PREFIX);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        answer(exchange, body).send(exchange);
    }

    private Answer answer(HttpExchange exchange, byte[] body) {
        String name = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath().substring(PREFIX.length());
        Route route = routes.get(name);
        if (route == null) {
            return Answer.refusal(new RefusedException(TwirpError.BAD_ROUTE, "livekit-sim has no control " + name));
        }
        try {
            return Answer.json(200, JSON.writeValueAsString(route.answer(body)));
        } catch (JoinRefusedException e) {
            return Answer.text(e.status(), String.valueOf(e.getMessage()));
        } catch (BadTokenException e) {
            return Answer.text(401, String.valueOf(e.getMessage()));
        } catch (RefusedException e) {
            return Answer.refusal(e);
        } catch (JacksonException | IllegalArgumentException e) {
            return Answer.refusal(new RefusedException(TwirpError.INVALID_ARGUMENT, String.valueOf(e.getMessage())));
        }
    }

    private static <T> T read(byte[] body, Class<T> type) {
        return JSON.readValue(body.length == 0 ? "{}".getBytes(UTF_8) : body, type);
    }

    private record Health(String status, boolean testDouble, String what) {}

    private static Health health() {
        return new Health("ok", true, Front.HEALTH);
    }

    private List<Node.Occupied> rooms() {
        return node.truth();
    }

    private Map<String, Long> webhooks() {
        return machine.webhooks();
    }

    private List<Crowd.Progress> crowds() {
        return machine.crowds();
    }

    private Seat join(Join order) throws BadTokenException, JoinRefusedException {
        Grants grants = tokens.verify(order.token());
        String sid = clients.join(grants, room(order)).getSid();
        if (order.publish() != null) {
            order.publish().forEach(kind -> node.publish(sid, kind));
        }
        return seat(sid);
    }

    private Seat connect(Join order) throws BadTokenException, JoinRefusedException {
        return seat(clients.connect(tokens.verify(order.token()), room(order)).getSid());
    }

    private Seat activate(Who who) {
        node.activate(sid(who));
        return seat(sid(who));
    }

    private Done abort(Join order) throws BadTokenException, JoinRefusedException {
        ParticipantInfo connected = clients.connect(tokens.verify(order.token()), room(order));
        node.leave(connected.getSid(), DisconnectReason.SIGNAL_CLOSE);
        return DONE;
    }

    private static String room(Join order) {
        return order.room() == null ? "" : order.room();
    }

    private Seat seat(String sid) {
        Node.Seat seat = node.seat(sid);
        return new Seat(seat.room(), seat.roomSid(), seat.identity(), sid);
    }

    private Done leave(Who who) {
        if (who.silent()) {
            node.anomalies().leaveWithoutAWord(sid(who));
        } else {
            node.leave(sid(who), who.reason() == null ? DisconnectReason.CLIENT_INITIATED : who.reason());
        }
        return DONE;
    }

    private record Track(String trackSid) {}

    private Track publish(Who who) {
        return new Track(node.publish(sid(who), who.kind() == null ? TrackKind.MICROPHONE : who.kind())
                .getSid());
    }

    private Track unpublish(Who who) {
        return new Track(
                node.unpublish(sid(who), required(who.trackSid(), "trackSid")).getSid());
    }

    private String sid(Who who) {
        return who.participantSid() != null
                ? who.participantSid()
                : sid(required(who.room(), "room"), required(who.identity(), "identity"));
    }

    private String sid(String room, String identity) {
        return node.sessionOf(room, identity).orElseThrow(RefusedException::participantNotFound);
    }

    private record Told(String id) {}

    /** Any event, such as those of egress and ingress, in the JSON of a webhook. */
    private Told event(byte[] body) {
        var event = WebhookEvent.newBuilder();
        try {
            JsonFormat.parser().merge(new String(body, UTF_8), event);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return new Told(node.tell(event).getId());
    }

    private Done anomaly(Anomaly order) {
        String room = required(order.room(), "room");
        switch (order.kind()) {
            case HOSTED_AGAIN -> comeBack(order, node.anomalies().hostAgain(room));
            case ZOMBIE -> comeBack(order, node.anomalies().makeZombie(room));
            case FINISHED_OCCUPIED -> node.anomalies().finishOccupied(room);
            case REBORN -> node.anomalies().reborn(room);
            case SPLIT -> node.anomalies().split(room);
            case ABORTED_THEN_JOINED, ABORTED_THEN_JOINED_DISCONNECTED ->
                node.anomalies()
                        .abortedThenJoined(
                                sid(room, required(order.identity(), "identity")),
                                order.kind() == Anomaly.Kind.ABORTED_THEN_JOINED_DISCONNECTED);
        }
        return DONE;
    }

    private void comeBack(Anomaly order, List<Grants> lost) {
        if (order.clientsComeBack()) {
            clients.comeBack(lost);
        }
    }

    private Done crash(Crash order) {
        machine.crash(
                Duration.ofMillis(order.downMs()),
                order.roomsStayListed(),
                order.clientsComeBack() == null || order.clientsComeBack());
        return DONE;
    }

    private Done refuse(Refuse order) {
        machine.refuseConnections(Duration.ofMillis(order.forMs()));
        return DONE;
    }

    private Done tamper(WebhookFault fault) {
        Action action = switch (fault.action()) {
            case DROP -> new Action.Drop();
            case DUPLICATE -> new Action.Repeat(fault.copies() == null ? 2 : fault.copies());
            case DELAY ->
                new Action.Delay(
                        Duration.ofMillis(fault.delayMs()),
                        Duration.ofMillis(fault.maxDelayMs() == null ? fault.delayMs() : fault.maxDelayMs()));
            case POSTPONE -> new Action.Postpone(fault.by() == null ? 1 : fault.by());
        };
        tampering.add(new Tampering.Rule(
                fault.events() == null ? Set.of() : fault.events(),
                fault.room(),
                fault.identity(),
                fault.rate() == null ? 1 : fault.rate(),
                fault.times(),
                fault.seed(),
                action));
        return DONE;
    }

    private Done failApi(ApiFault fault) {
        apiFaults.add(new ApiFaults.Fault(
                fault.methods() == null ? Set.of() : fault.methods(),
                fault.rate() == null ? 1 : fault.rate(),
                fault.times(),
                fault.seed(),
                Duration.ofMillis(fault.latencyMs()),
                fault.outcome() == null ? ApiFaults.Outcome.ANSWER : fault.outcome()));
        return DONE;
    }

    private Done endFaults() {
        tampering.clear();
        apiFaults.clear();
        return DONE;
    }

    private Done crowd(CrowdOrder order) {
        machine.start(new Crowd.Script(
                order.name() == null ? "crowd" : order.name(),
                order.rooms() == null ? 5 : order.rooms(),
                order.peoplePerRoom() == null ? 10 : order.peoplePerRoom(),
                order.arrivalsPerSecond() == null ? 1 : order.arrivalsPerSecond(),
                Duration.ofMillis(order.stayMs() == null ? 20_000 : order.stayMs()),
                order.publishing() == null ? 0.5 : order.publishing(),
                order.agencies() == null ? List.of() : order.agencies(),
                order.people(),
                order.seed()));
        return DONE;
    }

    private Done endCrowds() {
        machine.endCrowds();
        return DONE;
    }

    private static String required(@Nullable String value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("this needs a " + name);
        }
        return value;
    }
}
