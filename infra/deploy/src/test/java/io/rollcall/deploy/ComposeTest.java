package io.rollcall.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docker-compose.yml says nothing that a service does not know, and leaves out nothing that it can be told. */
class ComposeTest {

    private static final Project PROJECT = Project.find();
    private static final String FILE = PROJECT.text("docker-compose.yml");
    private static final Map<String, Object> COMPOSE = PROJECT.yaml("docker-compose.yml");
    private static final Map<String, Map<String, Object>> CONTAINERS = containers();

    /** What Spring Boot itself takes from the environment, beside the variables that our settings name. */
    private static final Set<String> OF_BOOT =
            Set.of("SERVER_ADDRESS", "SERVER_PORT", "MANAGEMENT_SERVER_ADDRESS", "MANAGEMENT_SERVER_PORT");

    /** The kit's variables for Kafka Streams, which only a service with a topology can use. */
    private static final Set<String> OF_STREAMS = Set.of("APPLICATION_SERVER", "KAFKA_SESSION_TIMEOUT");

    /** The variables that open something. They have no default anywhere. */
    private static final Set<String> SECRETS = Set.of(
            "CAMERA_SECRETS_KEY", "COMMAND_ID_SECRET", "GATEWAY_TOKEN_SECRET", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET");

    private static final Pattern INTERPOLATED =
            Pattern.compile("(?<!\\$)\\$\\{([A-Z][A-Z0-9_]*)(?:(:[-?])((?:[^}])*))?}");
    private static final Pattern ENV = Pattern.compile("(?m)^\\s*([A-Z][A-Z0-9_]*)=(\\S*)");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^(#?)([A-Z][A-Z0-9_]*)=(.*)$");

    static List<String> services() {
        return PROJECT.services();
    }

    static Set<String> containerNames() {
        return CONTAINERS.keySet();
    }

    @Test
    void everyServiceIsThere() {
        assertThat(CONTAINERS.keySet())
                .containsAll(services())
                .contains("kafka", "registry", "redis", "livekit", "deploy");
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceIsToldOnlyWhatItKnows(String service) {
        var known = new TreeSet<>(OF_BOOT);
        known.addAll(PROJECT.kitVariables().keySet());
        known.addAll(PROJECT.ownVariables(service).keySet());
        assertThat(known).containsAll(environment(service).keySet());
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceCanBeToldAllThatItKnows(String service) {
        var known = new TreeSet<>(PROJECT.kitVariables().keySet());
        if (!PROJECT.text("services/" + service + "/pom.xml").contains("<artifactId>kafka-streams</artifactId>")) {
            known.removeAll(OF_STREAMS);
        }
        known.addAll(PROJECT.ownVariables(service).keySet());
        var told = new TreeSet<>(environment(service).keySet());
        told.addAll(ofTheImage().keySet());
        assertThat(told).containsAll(known);
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceListensWhereItsPortIsPublished(String service) {
        String port = requireNonNull(PROJECT.ownVariables(service).get("SERVER_PORT"), "no default for SERVER_PORT");
        assertThat(environment(service))
                .containsEntry("SERVER_PORT", port)
                .containsEntry("MANAGEMENT_SERVER_PORT", Integer.toString(Integer.parseInt(port) + 1000));
        String variable = service.toUpperCase(Locale.ROOT).replace('-', '_') + "_PORT";
        assertThat(list(container(service), "ports"))
                .containsExactly("127.0.0.1:${" + variable + ":-" + port + "}:" + port);
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceIsBuiltFromItsModule(String service) {
        assertThat(container(service))
                .containsEntry("image", "rollcall/" + service + ":${ROLLCALL_VERSION:-latest}")
                .containsEntry("build", Map.of("context", ".", "args", Map.of("MODULE", "services/" + service)));
    }

    @ParameterizedTest
    @MethodSource("services")
    void whatAServiceKeepsIsOnAVolumeOfItsName(String service) {
        boolean keeps = PROJECT.settings(service).contains("ROLLCALL_DATA_DIR")
                || PROJECT.text("services/" + service + "/pom.xml").contains("<artifactId>kafka-streams</artifactId>");
        assertThat(list(container(service), "volumes"))
                .isEqualTo(keeps ? List.of(service + ":/var/lib/rollcall") : List.of());
        assertThat(ofTheImage()).containsEntry("ROLLCALL_DATA_DIR", "/var/lib/rollcall");
    }

    @ParameterizedTest
    @MethodSource("containerNames")
    void aContainerHasBounds(String name) {
        Map<String, Object> container = container(name);
        assertThat(container).containsKeys("image", "restart", "mem_limit");
        // The images that are built here bring their health check.
        assertThat(isBuiltHere(container) || container.containsKey("healthcheck"))
                .as("says whether it is well")
                .isTrue();
        assertThat(container).containsEntry("cap_drop", List.of("ALL"));
        assertThat(container).containsEntry("security_opt", List.of("no-new-privileges:true"));
        assertThat(isBuiltHere(container)
                        || String.valueOf(container.get("user")).matches("[1-9]\\d*:\\d+"))
                .as("runs as somebody without rights")
                .isTrue();
        assertThat(PROJECT.text("Dockerfile")).containsPattern("(?m)^USER [1-9]");
    }

    @ParameterizedTest
    @MethodSource("containerNames")
    void aPortIsPublishedOnLoopback(String name) {
        assertThat(list(container(name), "ports"))
                .allMatch(port ->
                        port.startsWith("127.0.0.1:") || port.startsWith("${LIVEKIT_MEDIA_ADDRESS:-127.0.0.1}:"));
    }

    @ParameterizedTest
    @MethodSource("containerNames")
    void whatAContainerWaitsForAndKeepsIsDeclared(String name) {
        Map<String, Object> container = container(name);
        if (container.get("depends_on") instanceof Map<?, ?> needs) {
            assertThat(CONTAINERS.keySet())
                    .containsAll(needs.keySet().stream().map(String::valueOf).toList());
        }
        Set<String> volumes = list(container, "volumes").stream()
                .map(volume -> volume.substring(0, volume.indexOf(':')))
                .collect(toSet());
        assertThat(map(COMPOSE, "volumes").keySet()).containsAll(volumes);
    }

    @Test
    void addressesLeadToContainersThatListenThere() {
        Map<String, String> kafka = environment("kafka");
        for (String name : CONTAINERS.keySet()) {
            Map<String, String> environment = environment(name);
            String brokers = environment.get("KAFKA_BOOTSTRAP_SERVERS");
            if (brokers != null) {
                assertThat(kafka.get("KAFKA_ADVERTISED_LISTENERS")).contains("CLIENTS://" + brokers + ",");
            }
            String registry = environment.get("SCHEMA_REGISTRY_URL");
            if (registry != null) {
                URI url = URI.create(registry);
                assertThat(list(container(url.getHost()), "ports"))
                        .anyMatch(port -> port.endsWith(":" + url.getPort()));
            }
        }
    }

    @Test
    void secretsHaveNoDefault() {
        INTERPOLATED.matcher(FILE).results().forEach(variable -> {
            boolean isRequired = ":?".equals(variable.group(2));
            assertThat(isRequired).as(variable.group()).isEqualTo(SECRETS.contains(variable.group(1)));
        });
        assertThat(PROJECT.text("Dockerfile"))
                .doesNotContain(SECRETS)
                .doesNotContainIgnoringCase("devkey")
                .doesNotContain("ROLLCALL_LOCAL");
    }

    @Test
    void theExampleNamesEveryVariableThatMustBeSetAndNoOther() {
        Set<String> known = new TreeSet<>();
        INTERPOLATED.matcher(FILE).results().forEach(variable -> known.add(variable.group(1)));
        CONTAINERS.keySet().forEach(name -> known.addAll(passedOn(name)));
        Set<String> mustBeSet = new TreeSet<>();
        EXAMPLE.matcher(PROJECT.text(".env.example")).results().forEach(line -> {
            String variable = line.group(2);
            assertThat(known).contains(variable);
            if (line.group(1).isEmpty()) {
                mustBeSet.add(variable);
                assertThat(line.group(3)).as(variable).isEmpty();
            } else {
                assertThat(defaultsOf(variable)).as(variable).containsExactly(line.group(3));
            }
        });
        assertThat(mustBeSet).isEqualTo(SECRETS);
    }

    /** What holds where nobody sets it, by the compose file and by every service that knows it. */
    private static Set<String> defaultsOf(String variable) {
        var defaults = new TreeSet<String>();
        INTERPOLATED
                .matcher(FILE)
                .results()
                .filter(it -> it.group(1).equals(variable))
                .forEach(it -> defaults.add(it.group(3)));
        for (String service : services()) {
            if (passedOn(service).contains(variable)) {
                defaults.add(requireNonNull(
                        PROJECT.ownVariables(service)
                                .getOrDefault(variable, PROJECT.kitVariables().get(variable)),
                        variable));
            }
        }
        return defaults;
    }

    @ParameterizedTest
    @MethodSource("services")
    void everyVariableEndsInAComponentOfASettingsRecord(String service) {
        var properties = new TreeSet<String>(PROJECT.kitProperties());
        properties.addAll(PROJECT.ownProperties(service));
        // Not in a record: where data lies, and whether this is a development machine, are asked for by name.
        properties.removeAll(Set.of("rollcall.data-dir", "rollcall.local"));
        assertThat(properties)
                .isNotEmpty()
                .allSatisfy(property -> assertThat(PROJECT.isRecordComponent(service, property))
                        .as(property)
                        .isTrue());
    }

    @Test
    void imagesAreOfTheVersionsThatTheBuildTests() {
        Map<String, String> versions = PROJECT.versions();
        assertThat(container("kafka")).containsEntry("image", "apache/kafka:" + versions.get("kafka"));
        assertThat(container("registry"))
                .containsEntry("image", "apicurio/apicurio-registry:" + versions.get("apicurio-registry"));
    }

    @Test
    void kafkaIsSetUpAsTheBrokerOfTheTests() {
        Properties settings = PROJECT.properties("infra/kafka/src/main/resources/io/rollcall/broker/broker.properties");
        // For the size of one small machine, or named per listener; and only our own broker takes out what a killed one
        // left registered, while this one waits for the end of its session.
        Set<String> apart = Set.of(
                "listener.security.protocol.map",
                "metric.reporters",
                "metadata.max.idle.interval.ms",
                "broker.session.timeout.ms");
        Pattern sizes = Pattern.compile("(num\\.|background\\.|log\\.cleaner\\.).*");
        Map<String, String> expected = settings.stringPropertyNames().stream()
                .filter(name -> !apart.contains(name) && !sizes.matcher(name).matches())
                .collect(toMap(
                        name -> "KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), settings::getProperty));
        assertThat(environment("kafka")).containsAllEntriesOf(expected);
    }

    @Test
    void livekitIsSetUpAsInTheLocalStack() {
        Map<String, Object> local = PROJECT.yaml("infra/livekit/livekit.yaml");
        Map<String, Object> here =
                Project.parse(requireNonNull(environment("livekit").get("LIVEKIT_CONFIG")));
        // Loopback and the development keys are the local stack's own; addresses are those of the containers.
        Stream.of("bind_addresses", "development", "keys").forEach(local::remove);
        Stream.of("ips", "stun_servers", "node_ip").forEach(map(local, "rtc")::remove);
        map(here, "rtc").remove("node_ip");
        Stream.of("urls", "api_key").forEach(key -> {
            map(local, "webhook").remove(key);
            map(here, "webhook").remove(key);
        });
        assertThat(here).isEqualTo(local);
    }

    @Test
    void composeItselfTakesTheFile(@TempDir Path folder) throws Exception {
        List<String> compose = Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
                .filter(command -> answers(Stream.concat(command.stream(), Stream.of("version", "--short"))
                        .toList()))
                .findFirst()
                .orElseGet(() -> abort("no Docker Compose of version 2 or later here: the file was not given to it"));
        Path example = Files.writeString(
                folder.resolve("env"),
                PROJECT.text(".env.example").replaceAll("(?m)^([A-Z][A-Z0-9_]*)=$", "$1=something"));
        assertThat(run(compose, "--env-file", example.toString(), "--profile", "*", "config", "--quiet"))
                .isEmpty();
        assertThat(run(
                        compose,
                        "--env-file",
                        PROJECT.root().resolve(".env.example").toString(),
                        "config",
                        "--quiet"))
                .contains("set it in .env");
    }

    private static boolean answers(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor() == 0 && !answer.startsWith("1.");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String run(List<String> compose, String... arguments) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.concat(compose.stream(), Stream.of(arguments)).toList())
                .directory(PROJECT.root().toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static Map<String, Map<String, Object>> containers() {
        Map<String, Object> services = map(COMPOSE, "services");
        var containers = new TreeMap<String, Map<String, Object>>();
        services.keySet().forEach(name -> containers.put(name, map(services, name)));
        return containers;
    }

    private static Map<String, Object> container(String name) {
        return requireNonNull(CONTAINERS.get(name), name);
    }

    private static boolean isBuiltHere(Map<String, Object> container) {
        return container.containsKey("build");
    }

    /** What a container is told; the empty text for what is passed on from outside, if it is set there. */
    private static Map<String, String> environment(String name) {
        var environment = new TreeMap<String, String>();
        map(container(name), "environment")
                .forEach((variable, value) -> environment.put(variable, value == null ? "" : value.toString()));
        return environment;
    }

    private static List<String> passedOn(String name) {
        return map(container(name), "environment").entrySet().stream()
                .filter(variable -> isNothing(variable.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isNothing(@Nullable Object value) {
        return value == null;
    }

    private static Map<String, String> ofTheImage() {
        var environment = new TreeMap<String, String>();
        String dockerfile = PROJECT.text("Dockerfile");
        int from = dockerfile.indexOf("\nENV ");
        String block = dockerfile.substring(from + 4, dockerfile.indexOf("\nHEALTHCHECK", from));
        ENV.matcher(block).results().forEach(variable -> environment.put(variable.group(1), variable.group(2)));
        return environment;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> parent, String key) {
        return (Map<String, Object>) parent.getOrDefault(key, Map.of());
    }

    private static List<String> list(Map<String, Object> parent, String key) {
        return parent.get(key) instanceof List<?> items
                ? items.stream().map(String::valueOf).toList()
                : List.of();
    }
}
