package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.Programs;
import io.rollcall.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The stock {@code centrifuge} SDK, as npm has it, against the real gateway on a real broker. */
class SdkTest {

    private static final String ALL = "rooms:*";
    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final Path SOURCES = Path.of("src", "test", "npm");
    private static final Path INSTALLED = Path.of("target", "npm-sdk");

    private static @Nullable RunningGateway gateway;
    private static String kafka = "";
    private static RoomLog log;

    private final String room = "room-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeTrue(
                Programs.find("node").isPresent() && Programs.find("npm").isPresent(),
                "skipped: there is no node with npm on PATH to run the stock SDK");
        assumeTrue(isInstalled(), "skipped: npm could not fetch the packages centrifuge and ws");
        KafkaCluster cluster = KafkaCluster.shared();
        cluster.createTopics(Topics.all());
        kafka = cluster.bootstrapServers();
        log = new RoomLog(kafka, REGISTRY);
        gateway = RunningGateway.start(kafka, REGISTRY);
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            log.close();
        }
    }

    @Test
    void itFollowsTheFeedOfAllRoomsAndThatOfOne() throws IOException {
        try (SdkClient sdk = connected()) {
            sdk.subscribe(ALL);
            sdk.subscribe("rooms:" + room);
            JsonNode all = sdk.subscribed(ALL, 1);
            JsonNode one = sdk.subscribed("rooms:" + room, 1);
            long first = log.joined(room, "Ann");
            long second = log.joined(room, "Ben");

            assertThat(sdk.publications(ALL, room, 2))
                    .extracting(it -> it.path("offset").asLong())
                    .containsExactly(first, second);
            assertThat(sdk.publications("rooms:" + room, room, 2))
                    .extracting(it -> it.path("offset").asLong())
                    .containsExactly(1L, 2L);
            assertThat(sdk.publications("rooms:" + room, room, 2))
                    .extracting(it -> it.path("data").path("name").asString())
                    .containsExactly("Ann", "Ben");
            for (JsonNode it : List.of(all, one)) {
                assertThat(it.path("recoverable").asBoolean()).isTrue();
                assertThat(it.path("positioned").asBoolean()).isTrue();
                assertThat(it.path("wasRecovering").asBoolean()).isFalse();
                assertThat(it.path("epoch").asString()).isNotEmpty();
            }
            sdk.tell("{\"history\":\"rooms:" + room + "\",\"limit\":10}");
            JsonNode history = sdk.next("history", it -> true);
            assertThat(history.path("offset").asLong()).isEqualTo(2);
            assertThat(history.path("publications").size()).isEqualTo(2);
        }
    }

    @Test
    void afterItsConnectionBrokeItHasEveryEventOnceAndInOrder() throws IOException {
        try (SdkClient sdk = connected()) {
            sdk.subscribe(ALL);
            var _ = sdk.subscribed(ALL, 1);
            var _ = log.joined(room, "before");
            var _ = sdk.publications(ALL, room, 1);

            sdk.tell("{\"drop\":true}");
            for (int i = 1; i <= 20; i++) {
                var _ = log.joined(room, "meanwhile " + i);
            }
            JsonNode again = sdk.subscribed(ALL, 2);
            var _ = log.joined(room, "behind");

            assertThat(again.path("wasRecovering").asBoolean()).isTrue();
            assertThat(again.path("recovered").asBoolean()).isTrue();
            assertThat(sdk.publications(ALL, room, 22))
                    .extracting(it -> it.path("data").path("sequence").asLong())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 22).boxed().toList());
        }
    }

    @Test
    void aRestartOfTheGatewayLosesItNothing() throws IOException {
        try (RunningGateway first = RunningGateway.start(kafka, REGISTRY);
                SdkClient sdk = SdkClient.start(INSTALLED, first.port())) {
            sdk.subscribe("rooms:" + room);
            var _ = sdk.subscribed("rooms:" + room, 1);
            var _ = log.joined(room, "before");
            var _ = sdk.publications("rooms:" + room, room, 1);
            int port = first.port();

            first.stop();
            JsonNode connecting = sdk.next("connecting", it -> it.path("code").asInt() > 0);
            var _ = log.joined(room, "meanwhile");
            try (RunningGateway _ = RunningGateway.start(port, kafka, REGISTRY)) {
                JsonNode again = sdk.subscribed("rooms:" + room, 2);

                assertThat(connecting.path("code").asInt()).isEqualTo(3001);
                assertThat(again.path("recovered").asBoolean()).isTrue();
                assertThat(sdk.publications("rooms:" + room, room, 2))
                        .extracting(it -> it.path("data").path("name").asString())
                        .containsExactly("before", "meanwhile");
            }
        }
    }

    @Test
    void moreThanOnePageIsRecoveredInPages() throws IOException {
        long before = log.joined(room, "before");
        for (int i = 1; i <= 650; i++) {
            var _ = log.joined(room, "meanwhile " + i);
        }
        try (SdkClient sdk = connected()) {
            String epoch;
            try (Client probe = Client.connected(port())) {
                epoch = probe.subscribe(2, ALL).path("epoch").asString();
            }
            sdk.subscribe(ALL, epoch, before);

            assertThat(sdk.subscribed(ALL, 1).path("recovered").asBoolean()).isTrue();
            assertThat(sdk.publications(ALL, room, 650))
                    .extracting(it -> it.path("data").path("sequence").asLong())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(2, 651).boxed().toList());
        }
    }

    @Test
    void aPositionOfAnotherEpochIsNotRecovered() throws IOException {
        try (SdkClient sdk = connected()) {
            sdk.subscribe(ALL, "another", 3);

            JsonNode subscribed = sdk.subscribed(ALL, 1);
            assertThat(subscribed.path("wasRecovering").asBoolean()).isTrue();
            assertThat(subscribed.path("recovered").asBoolean()).isFalse();
        }
    }

    private static SdkClient connected() throws IOException {
        SdkClient sdk = SdkClient.start(INSTALLED, port());
        var _ = sdk.next("connected", it -> true);
        return sdk;
    }

    private static int port() {
        return Objects.requireNonNull(gateway).port();
    }

    /** Once is enough: {@code target} keeps the packages until it is cleaned. */
    private static boolean isInstalled() throws IOException, InterruptedException {
        Files.createDirectories(INSTALLED);
        for (String file : List.of("package.json", "client.mjs")) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.exists(INSTALLED.resolve(Path.of("node_modules", ".package-lock.json")))) {
            return true;
        }
        Process npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(INSTALLED.resolve("npm.log").toFile())
                .start();
        boolean ended = npm.waitFor(90, TimeUnit.SECONDS);
        npm.destroyForcibly();
        return ended && npm.exitValue() == 0;
    }
}
