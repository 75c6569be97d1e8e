package io.rollcall.sim;

import io.rollcall.sim.node.RoomDefaults;
import io.rollcall.sim.webhooks.WebhookRules;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings for tests: free ports, the rooms of the captures, short waits. */
public final class Settings {

    /** How long a call waits for a node that is not there. */
    public static final Duration NO_NODE_WAIT = Duration.ofMillis(150);

    private Settings() {}

    /** A simulator whose webhooks go nowhere. */
    public static SimSettings quiet() {
        return sendingTo(List.of());
    }

    /** A simulator with these receivers. */
    public static SimSettings sendingTo(List<URI> urls) {
        return new SimSettings(
                "127.0.0.1",
                0,
                0,
                Map.of(Tokens.API_KEY, Tokens.SECRET),
                new RoomDefaults(false, 20, 5, 0, false),
                true,
                NO_NODE_WAIT,
                Tokens.API_KEY,
                urls,
                new WebhookRules(Duration.ofSeconds(30), 200, Duration.ofMillis(20)),
                42L);
    }
}
