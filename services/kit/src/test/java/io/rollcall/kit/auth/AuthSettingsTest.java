package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.oauth2.jose.jws.SignatureAlgorithm.ES256;
import static org.springframework.security.oauth2.jose.jws.SignatureAlgorithm.RS256;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.util.unit.DataSize;

class AuthSettingsTest {

    private static final AuthSettings.Keys USUAL_KEYS = new AuthSettings.Keys(
            Duration.ofSeconds(2),
            Duration.ofMinutes(5),
            Duration.ofSeconds(5),
            Duration.ofHours(12),
            DataSize.ofKilobytes(256));

    @Test
    void defaults() {
        assertThat(bind(Map.of("issuer", "https://id.example.org", "audience", "rollcall")))
                .isEqualTo(new AuthSettings(
                        true,
                        "https://id.example.org",
                        Set.of("rollcall"),
                        null,
                        Set.of(SignatureAlgorithm.values()),
                        Duration.ofSeconds(60),
                        "realm_access.roles",
                        "rollcall-admin",
                        USUAL_KEYS));
    }

    @Test
    void everyPropertyMaps() {
        var given = new HashMap<String, String>();
        given.put("enabled", "false");
        given.put("issuer", " https://id.example.org/ ");
        given.put("audience", "rollcall, account");
        given.put("jwks-url", "https://keys.example.org/jwks");
        given.put("algorithms", "RS256,ES256");
        given.put("leeway", "5s");
        given.put("admin-claim", "roles");
        given.put("admin-value", "boss");
        given.put("keys.timeout", "1s");
        given.put("keys.lifetime", "20s");
        given.put("keys.interval", "3s");
        given.put("keys.outage", "4m");
        given.put("keys.max-size", "5KB");

        assertThat(bind(given))
                .isEqualTo(new AuthSettings(
                        false,
                        "https://id.example.org/",
                        Set.of("rollcall", "account"),
                        URI.create("https://keys.example.org/jwks"),
                        Set.of(RS256, ES256),
                        Duration.ofSeconds(5),
                        "roles",
                        "boss",
                        new AuthSettings.Keys(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(3),
                                Duration.ofMinutes(4),
                                DataSize.ofKilobytes(5))));
    }

    @Test
    void offNothingElseIsNeeded() {
        assertThat(bind(Map.of("enabled", "false")).enabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "issuer, ''",
        "issuer, '  '",
        "issuer, id.example.org",
        "audience, ''",
        "audience, ' , '",
        "jwks-url, file:///etc/passwd",
        "jwks-url, keys.json",
        "algorithms, HS256",
        "algorithms, none",
        "algorithms, ''",
        "leeway, -1s",
        "admin-claim, ''",
        "admin-value, ' '",
        "keys.timeout, 0s",
        "keys.lifetime, 7s",
        "keys.lifetime, 5s",
        "keys.interval, 0s",
        "keys.outage, 0s",
        "keys.max-size, 0B"
    })
    void whatCannotWorkIsRefused(String name, String value) {
        var given = new HashMap<String, String>();
        given.put("issuer", "https://id.example.org");
        given.put("audience", "rollcall");
        given.put(name, value);

        assertThatThrownBy(() -> bind(given))
                .rootCause()
                .isInstanceOfAny(IllegalArgumentException.class, UnfitAuthException.class);
    }

    private static AuthSettings bind(Map<String, String> given) {
        var properties = new HashMap<String, String>();
        given.forEach((name, value) -> properties.put("rollcall.auth." + name, value));
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("rollcall.auth", AuthSettings.class);
    }
}
