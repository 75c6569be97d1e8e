package io.rollcall.sim.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.rollcall.sim.node.Node;
import io.rollcall.sim.webhooks.DispatchFigures;
import java.io.IOException;
import java.util.List;

/** LiveKit's Prometheus port; the controls are here too, because they must answer while the other port is shut. */
public final class Metrics implements HttpHandler {

    private final DispatchFigures figures;
    private final Node node;
    private final String nodeId;
    private final Controls controls;

    /** Tells these figures. */
    public Metrics(DispatchFigures figures, Node node, String nodeId, Controls controls) {
        this.figures = figures;
        this.node = node;
        this.nodeId = nodeId;
        this.controls = controls;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        if (Controls.serves(exchange.getRequestURI().getPath())) {
            controls.handle(exchange);
            return;
        }
        List<Node.Occupied> rooms = node.truth();
        long people = rooms.stream().mapToLong(room -> room.people().size()).sum();
        String text = figures.prometheus(nodeId)
                + gauge("livekit_room_total", rooms.size())
                + gauge("livekit_participant_total", people);
        new Answer(200, "text/plain; version=0.0.4; charset=utf-8", text.getBytes(UTF_8)).send(exchange);
    }

    private String gauge(String name, long value) {
        return "# HELP " + name + " \n# TYPE " + name + " gauge\n" + name + "{node_id=\"" + nodeId
                + "\",node_type=\"SERVER\"} " + value + "\n";
    }
}
