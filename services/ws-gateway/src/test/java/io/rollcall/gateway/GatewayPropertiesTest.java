package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GatewayPropertiesTest {

    private static final String SECRET = "a-secret-of-thirty-two-characters";

    @Test
    void defaults() {
        assertThat(bind(Map.of("auth-enabled", "false")))
                .isEqualTo(new GatewayProperties(
                        false,
                        "",
                        true,
                        new GatewayProperties.Limits(DataSize.ofKilobytes(64), 128, 255, DataSize.ofMegabytes(1), 128),
                        new GatewayProperties.Times(
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(25),
                                Duration.ofSeconds(8),
                                Duration.ofSeconds(25),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(5)),
                        new GatewayProperties.Rings(
                                300,
                                5_000,
                                20_000,
                                DataSize.ofMegabytes(32),
                                DataSize.ofMegabytes(16),
                                20_000,
                                100_000),
                        new GatewayProperties.Stats(
                                Duration.ofSeconds(5),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(60),
                                200,
                                2_000),
                        0));
    }

    @Test
    void everyPropertyMaps() {
        var given = new HashMap<String, String>();
        given.put("auth-enabled", "true");
        given.put("token-secret", SECRET);
        given.put("room-feed-enabled", "false");
        given.put("drainers", "3");
        given.put("limits.message", "1KB");
        given.put("limits.channels", "2");
        given.put("limits.channel-name", "4");
        given.put("limits.queue", "5KB");
        given.put("limits.user-connections", "6");
        given.put("times.connect", "1s");
        given.put("times.ping", "2s");
        given.put("times.pong", "3s");
        given.put("times.refresh-grace", "4s");
        given.put("times.close", "5s");
        given.put("times.catch-up", "6s");
        given.put("times.snapshot", "7s");
        given.put("rings.page", "11");
        given.put("rings.room", "12");
        given.put("rings.all-rooms", "13");
        given.put("rings.rooms-memory", "14MB");
        given.put("rings.all-rooms-memory", "15MB");
        given.put("rings.warm-up", "16");
        given.put("rings.replay", "17");
        given.put("stats.interval", "21s");
        given.put("stats.updates", "22ms");
        given.put("stats.refusals", "23ms");
        given.put("stats.ping", "24s");
        given.put("stats.silence", "25s");
        given.put("stats.decisions", "26");
        given.put("stats.warm-up", "27");

        assertThat(bind(given))
                .isEqualTo(new GatewayProperties(
                        true,
                        SECRET,
                        false,
                        new GatewayProperties.Limits(DataSize.ofKilobytes(1), 2, 4, DataSize.ofKilobytes(5), 6),
                        new GatewayProperties.Times(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(4),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(6),
                                Duration.ofSeconds(7)),
                        new GatewayProperties.Rings(
                                11, 12, 13, DataSize.ofMegabytes(14), DataSize.ofMegabytes(15), 16, 17),
                        new GatewayProperties.Stats(
                                Duration.ofSeconds(21),
                                Duration.ofMillis(22),
                                Duration.ofMillis(23),
                                Duration.ofSeconds(24),
                                Duration.ofSeconds(25),
                                26,
                                27),
                        3));
    }

    @ParameterizedTest
    @CsvSource({
        "token-secret, short",
        "drainers, -1",
        "limits.message, 0B",
        "limits.user-connections, -1",
        "times.connect, 0s",
        "times.ping, 500ms",
        "rings.page, 0",
        "rings.replay, -1",
        "stats.interval, 0s",
        "stats.warm-up, 0"
    })
    void whatCannotWorkIsRefused(String name, String value) {
        var given = new HashMap<String, String>();
        given.put("auth-enabled", "false");
        given.put(name, value);

        assertThatThrownBy(() -> bind(given)).hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    private static GatewayProperties bind(Map<String, String> given) {
        var properties = new HashMap<String, String>();
        given.forEach((name, value) -> properties.put("rollcall.gateway." + name, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("rollcall.gateway", GatewayProperties.class);
    }
}
