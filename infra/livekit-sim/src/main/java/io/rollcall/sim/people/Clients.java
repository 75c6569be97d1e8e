package io.rollcall.sim.people;

import io.rollcall.sim.node.JoinRefusedException;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.time.Timer;
import io.rollcall.sim.tokens.Grants;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import livekit.LivekitModels.ParticipantInfo;

/** Clients of the node that behave as LiveKit's own SDKs do. */
public final class Clients {

    /** How long the JavaScript SDK waits before each attempt to connect again, in milliseconds; then it gives up. */
    private static final List<Integer> RECONNECT_WAITS =
            List.of(0, 300, 1200, 2700, 4800, 7000, 7000, 7000, 7000, 7000);

    private final Node node;
    private final BooleanSupplier reachable;
    private final Timer timer;

    /** Clients that find the node when {@code reachable} says so. */
    public Clients(Node node, BooleanSupplier reachable, Timer timer) {
        this.node = node;
        this.reachable = reachable;
        this.timer = timer;
    }

    /** Opens the signalling connection only. */
    public ParticipantInfo connect(Grants grants, String room) throws JoinRefusedException {
        requireReachable();
        return node.connect(grants, room);
    }

    void requireReachable() throws JoinRefusedException {
        if (!reachable.getAsBoolean()) {
            throw new JoinRefusedException(503, "the node is down");
        }
    }

    /** Connects and has media at once. */
    public ParticipantInfo join(Grants grants, String room) throws JoinRefusedException {
        return node.activate(connect(grants, room).getSid());
    }

    /** Clients that lost their connection try to join again, each as a new session. */
    public void comeBack(List<Grants> lost) {
        lost.forEach(grants -> tryAgain(grants, 0));
    }

    private void tryAgain(Grants grants, int attempt) {
        if (attempt == RECONNECT_WAITS.size()) {
            return;
        }
        timer.after(Duration.ofMillis(RECONNECT_WAITS.get(attempt)), () -> {
            try {
                join(grants, grants.room());
            } catch (JoinRefusedException e) {
                tryAgain(grants, attempt + 1);
            }
        });
    }
}
