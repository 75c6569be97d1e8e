package io.rollcall.local;

import java.io.PrintStream;

/** What a person must know about a stack that has just come up. */
final class Banner {

    /** The last words; whoever reads them knows that everything was said. */
    static final String END = "They are for development only.";

    private Banner() {}

    static void print(Stack.Settings settings, PrintStream out) {
        Ports ports = settings.ports();
        out.println();
        row(out, "the page", http(ports.wsGateway()) + "/");
        row(out, "WebSocket", "ws://127.0.0.1:" + ports.wsGateway() + "/connection/websocket");
        row(out, "statistics", "ws://127.0.0.1:" + ports.wsGateway() + "/ws/stream/stats");
        row(out, "rooms", http(ports.presenceHistory()) + "/api/v1/rooms");
        row(out, "room sessions", http(ports.presenceHistory()) + "/api/v1/sessions");
        row(out, "realtime sessions", http(ports.sessionApi()) + "/v1/realtime/sessions");
        row(out, "cameras", http(ports.sessionApi()) + "/api/v1/cameras");
        row(out, "agencies", http(ports.quotaCounter()) + "/api/v1/agencies");
        row(out, "webhooks", http(ports.webhookIngest()) + "/webhooks/livekit");
        row(
                out,
                "API documents",
                http(ports.webhookIngest()) + "/docs, " + http(ports.sessionApi()) + "/docs, "
                        + http(ports.quotaCounter()) + "/docs, " + http(ports.presenceHistory()) + "/docs, "
                        + http(ports.wsGateway()) + "/docs");
        row(
                out,
                "metrics",
                http(ports.webhookIngestManagement()) + "/metrics, :" + ports.sessionApiManagement() + ", :"
                        + ports.quotaCounterManagement() + ", :"
                        + ports.presenceHistoryManagement() + ", :"
                        + ports.wsGatewayManagement());
        row(out, "Kafka", ports.kafka());
        row(out, "Redis", "127.0.0.1:" + ports.redis());
        row(out, "schema registry", http(ports.registry()) + "/apis/registry/v3");
        switch (settings.livekit()) {
            case Livekit.Started _ -> row(out, "LiveKit", "ws://127.0.0.1:" + ports.livekit());
            case Livekit.Simulated(String why) -> {
                row(out, "LiveKit", http(ports.livekit()) + ": livekit-sim, a TEST DOUBLE, no LiveKit (" + why + ");");
                row(out, "", "its controls: " + http(ports.livekitMetrics()) + "/sim/ (infra/livekit-sim/README.md)");
            }
            case Livekit.Elsewhere(var url) -> {
                row(out, "LiveKit", url + ", not ours");
                row(
                        out,
                        "",
                        "its webhook.urls must name the address above, and its key and secret must be in LIVEKIT_API_KEY"
                                + " and LIVEKIT_API_SECRET");
            }
            case Livekit.None(String why) -> {
                row(out, "LiveKit", "none (" + why + "): no webhooks come by themselves;");
                row(out, "", "./rollcall demo plays those that a real server has sent");
            }
        }
        out.println();
        out.println("Nobody is asked who they are (AUTH_ENABLED=false), everything listens on 127.0.0.1 only.");
        out.println("Known values, accepted because of ROLLCALL_LOCAL=true:");
        if (settings.livekit() instanceof Livekit.Elsewhere) {
            out.println("  LIVEKIT_API_KEY and LIVEKIT_API_SECRET as in your environment, else those of the README");
        } else {
            out.println("  LIVEKIT_API_KEY=" + Development.LIVEKIT_API_KEY);
            out.println("  LIVEKIT_API_SECRET=" + Development.LIVEKIT_API_SECRET);
        }
        out.println("  GATEWAY_TOKEN_SECRET=" + Development.GATEWAY_TOKEN_SECRET);
        out.println("  COMMAND_ID_SECRET=" + Development.COMMAND_ID_SECRET);
        out.println("  CAMERA_SECRETS_KEY=" + Development.CAMERA_SECRETS_KEY);
        out.println(END);
        out.println();
    }

    private static String http(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static void row(PrintStream out, String what, String where) {
        out.printf("  %-18s %s%n", what, where);
    }
}
