package io.rollcall.sim;

import io.rollcall.sim.node.RoomDefaults;
import io.rollcall.sim.webhooks.WebhookRules;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What the simulator goes by: the same file as the real server's.
 *
 * @param address where it listens; a loopback address
 * @param port of the room API; 0 for any that is free
 * @param metricsPort of Prometheus and, again, of the controls; 0 for any that is free
 * @param keys API keys with their secrets
 * @param rooms how rooms are made
 * @param askNode whether the node is asked for participants, so that a room without one is an error after
 *     {@code noNodeWait} instead of an empty list
 * @param noNodeWait how long a call waits for a node that is not there
 * @param webhookKey which API key signs webhooks
 * @param webhookUrls where every webhook goes
 * @param webhooks how long and how deep they wait
 * @param seed what ids and chance begin with; null for other ones in every run
 */
public record SimSettings(
        String address,
        int port,
        int metricsPort,
        Map<String, String> keys,
        RoomDefaults rooms,
        boolean askNode,
        Duration noNodeWait,
        String webhookKey,
        List<URI> webhookUrls,
        WebhookRules webhooks,
        @Nullable Long seed) {

    private static final Duration NO_NODE_WAIT = Duration.ofSeconds(3);

    /** Reads the settings that matter here from a configuration file of LiveKit. */
    public static SimSettings read(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file)) {
            Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
            return of(new Section(yaml));
        } catch (YAMLException | ClassCastException | IllegalArgumentException e) {
            throw new IOException(file + " is no configuration of LiveKit: " + e.getMessage(), e);
        }
    }

    private static SimSettings of(Section file) {
        Section room = file.section("room");
        Section webhook = file.section("webhook");
        Section queue = webhook.section("resource_url_notifier");
        var livekit = RoomDefaults.ofLivekit();
        var rules = WebhookRules.ofLivekit();
        Map<String, String> keys = new LinkedHashMap<>();
        file.section("keys").values.forEach((key, secret) -> keys.put(key.toString(), secret.toString()));
        String webhookKey = webhook.text("api_key", "");
        List<URI> urls = webhook.texts("urls").stream().map(URI::create).toList();
        if (!urls.isEmpty() && !keys.containsKey(webhookKey)) {
            throw new IllegalArgumentException("webhook.api_key is none of the keys");
        }
        return new SimSettings(
                file.texts("bind_addresses").stream().findFirst().orElse("127.0.0.1"),
                file.number("port", 7880),
                file.section("prometheus").number("port", 0),
                keys,
                new RoomDefaults(
                        room.flag("auto_create", livekit.autoCreate()),
                        room.number("empty_timeout", livekit.emptyTimeout()),
                        room.number("departure_timeout", livekit.departureTimeout()),
                        room.number("max_participants", livekit.maxParticipants()),
                        room.flag("enable_remote_unmute", livekit.remoteUnmute())),
                file.section("api").flag("enable_psrpc_for_get_list_participants", false),
                NO_NODE_WAIT,
                webhookKey,
                urls,
                new WebhookRules(
                        duration(queue.text("max_age", ""), rules.maxAge()),
                        queue.number("max_depth", rules.maxDepth()),
                        rules.firstWait()),
                null);
    }

    /** Go's way of writing a duration, in one unit. */
    private static Duration duration(String text, Duration otherwise) {
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.matches("\\d+ms")) {
            return Duration.ofMillis(Long.parseLong(text.replace("ms", "")));
        }
        if (text.matches("\\d+[smh]")) {
            return Duration.parse("PT" + text);
        }
        throw new IllegalArgumentException(text + " is no duration such as 30s");
    }

    /** A mapping of the file; what is not there is empty. */
    private record Section(Map<?, ?> values) {

        private Section(@Nullable Object yaml) {
            this(yaml == null ? Map.of() : (Map<?, ?>) yaml);
        }

        private Section section(String name) {
            return new Section(values.get(name));
        }

        private String text(String name, String otherwise) {
            Object value = values.get(name);
            return value == null ? otherwise : value.toString();
        }

        private List<String> texts(String name) {
            Object value = values.get(name);
            return value == null
                    ? List.of()
                    : ((List<?>) value).stream().map(Object::toString).toList();
        }

        private int number(String name, int otherwise) {
            Object value = values.get(name);
            return value == null ? otherwise : (Integer) value;
        }

        private boolean flag(String name, boolean otherwise) {
            Object value = values.get(name);
            return value == null ? otherwise : (Boolean) value;
        }
    }

    /** The same settings with other ports. */
    public SimSettings withPorts(int port, int metricsPort) {
        return new SimSettings(
                address, port, metricsPort, keys, rooms, askNode, noNodeWait, webhookKey, webhookUrls, webhooks, seed);
    }

    /** The same settings with other receivers of webhooks. */
    public SimSettings withWebhookUrls(List<URI> urls) {
        return new SimSettings(
                address, port, metricsPort, keys, rooms, askNode, noNodeWait, webhookKey, urls, webhooks, seed);
    }

    /** The same settings with ids and chance that begin with this number. */
    public SimSettings withSeed(@Nullable Long seed) {
        return new SimSettings(
                address, port, metricsPort, keys, rooms, askNode, noNodeWait, webhookKey, webhookUrls, webhooks, seed);
    }
}
