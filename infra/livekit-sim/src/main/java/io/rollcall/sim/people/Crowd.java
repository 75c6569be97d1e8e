package io.rollcall.sim.people;

import io.rollcall.sim.node.JoinRefusedException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.node.RefusedException;
import io.rollcall.sim.node.TrackKind;
import io.rollcall.sim.time.Timer;
import io.rollcall.sim.tokens.Grants;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;

/**
 * Scripted people: they arrive one after the other by chance, each goes to one of the crowd's rooms, perhaps publishes,
 * stays for a while and leaves. The same seed makes the same people do the same, as far as time lets them.
 */
public final class Crowd implements AutoCloseable {

    private final Node node;
    private final Clients clients;
    private final Timer timer;
    private final Script script;
    private final Random random;
    private final AtomicLong joined = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private int arrivals;
    private volatile boolean closed;

    /** Sends them from now on. */
    public Crowd(Node node, Clients clients, Timer timer, Script script) {
        this.node = node;
        this.clients = clients;
        this.timer = timer;
        this.script = script;
        this.random = new Random(script.seed());
        timer.after(Duration.ZERO, this::arrive);
    }

    /**
     * Who comes and how often.
     *
     * @param name what the names of its rooms and people begin with
     * @param rooms how many rooms they go to
     * @param peoplePerRoom how many may be in one at the same time
     * @param arrivalsPerSecond on average
     * @param stay how long somebody stays, on average
     * @param publishing what share of them publishes
     * @param agencies one per room in turn, in the room's metadata and the people's attributes
     * @param people how many come in all; 0 for no end
     * @param seed what chance begins with
     */
    public record Script(
            String name,
            int rooms,
            int peoplePerRoom,
            double arrivalsPerSecond,
            Duration stay,
            double publishing,
            List<String> agencies,
            long people,
            long seed) {}

    /** What they have done so far. */
    public record Progress(String name, long joined, long left, long refused, boolean ended) {}

    /** How far they are. */
    public Progress progress() {
        return new Progress(script.name(), joined.get(), left.get(), refused.get(), ended());
    }

    private boolean ended() {
        return closed
                || (script.people() > 0
                        && joined.get() + refused.get() >= script.people()
                        && joined.get() == left.get());
    }

    /** Nobody comes any more; those who are there leave when they were to leave. */
    @Override
    public void close() {
        closed = true;
    }

    private void arrive() {
        if (closed || (script.people() > 0 && arrivals >= script.people())) {
            return;
        }
        int number = arrivals++;
        int place = random.nextInt(script.rooms());
        double stays = -Math.log(1 - random.nextDouble()) * script.stay().toMillis();
        boolean publishes = random.nextDouble() < script.publishing();
        boolean camera = random.nextBoolean();
        double gap = -Math.log(1 - random.nextDouble()) * 1e9 / script.arrivalsPerSecond();
        timer.after(Duration.ofNanos((long) gap), this::arrive);
        try {
            String sid = join(number, place);
            joined.incrementAndGet();
            if (publishes) {
                node.publish(sid, TrackKind.MICROPHONE);
                if (camera) {
                    node.publish(sid, TrackKind.CAMERA);
                }
            }
            timer.after(Duration.ofMillis((long) stays), () -> leave(sid));
        } catch (JoinRefusedException e) {
            refused.incrementAndGet();
        }
    }

    private String join(int number, int place) throws JoinRefusedException {
        String room = script.name() + "-room-" + place;
        Map<String, String> attributes = new HashMap<>();
        String metadata = "";
        if (!script.agencies().isEmpty()) {
            String agency = script.agencies().get(place % script.agencies().size());
            attributes.put("agency", agency);
            metadata = "{\"agency\":\"" + agency + "\"}";
        }
        String identity = script.name() + "-person-" + number;
        var grants = new Grants(
                identity,
                "Person " + number,
                "",
                Map.copyOf(attributes),
                "",
                room,
                Set.of("roomJoin"),
                null,
                null,
                null,
                List.of(),
                RoomConfiguration.getDefaultInstance());
        clients.requireReachable();
        // Made first, as an application does whose rooms are not made by joining them.
        node.createRoom(CreateRoomRequest.newBuilder()
                .setName(room)
                .setMetadata(metadata)
                .setMaxParticipants(script.peoplePerRoom())
                .build());
        return clients.join(grants, "").getSid();
    }

    private void leave(String sid) {
        try {
            node.leave(sid, DisconnectReason.CLIENT_INITIATED);
        } catch (RefusedException e) {
            // Put out by somebody else, or lost in a crash.
        }
        left.incrementAndGet();
    }
}
