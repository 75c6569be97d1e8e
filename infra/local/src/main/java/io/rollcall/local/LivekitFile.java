package io.rollcall.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code infra/livekit/livekit.yaml}, which is written for the usual ports. */
final class LivekitFile {

    private LivekitFile() {}

    /**
     * The file that a server on these ports is started with: the one of the project, or a copy of it in the stack's
     * folder that says other ports and nothing else.
     *
     * @throws StackException when the project's file does not name a usual port where it is looked for
     */
    static Path of(Path home, DataFolder data, Ports ports) throws IOException {
        Path file = home.resolve("infra/livekit/livekit.yaml");
        if (ports.equals(Ports.usual())) {
            return file;
        }
        String text = Files.readString(file);
        Ports usual = Ports.usual();
        var lines = new LinkedHashMap<String, String>();
        lines.put("\nport: " + usual.livekit(), "\nport: " + ports.livekit());
        lines.put("\n  udp_port: " + usual.livekitUdp(), "\n  udp_port: " + ports.livekitUdp());
        lines.put("\n  port: " + usual.livekitMetrics(), "\n  port: " + ports.livekitMetrics());
        lines.put(":" + usual.webhookIngest() + "/webhooks/livekit", ":" + ports.webhookIngest() + "/webhooks/livekit");
        for (Map.Entry<String, String> line : lines.entrySet()) {
            if (text.split(line.getKey(), -1).length != 2) {
                throw new StackException(
                        file + " does not say \"" + line.getKey().strip() + "\" once");
            }
            text = text.replace(line.getKey(), line.getValue());
        }
        return Files.writeString(data.of(Parts.LIVEKIT).resolve("livekit.yaml"), text);
    }
}
