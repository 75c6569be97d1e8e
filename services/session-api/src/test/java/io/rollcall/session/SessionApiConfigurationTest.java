package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SessionApiConfigurationTest {

    private final SessionApiConfiguration configuration = new SessionApiConfiguration();

    @Test
    void theSecretThatEverybodyKnowsIsRefusedUnlessTheStackIsLocal() {
        assertThatThrownBy(() -> configuration.commandIds(with(SessionApiProperties.DEVELOPMENT_ID_SECRET), false))
                .hasMessageContaining("COMMAND_ID_SECRET");
        assertThat(configuration.commandIds(with(SessionApiProperties.DEVELOPMENT_ID_SECRET), true))
                .isNotNull();
    }

    @Test
    void aSecretOfOnesOwnIsTaken() {
        assertThat(configuration.commandIds(with("one-of-our-own-that-nobody-else-knows"), false))
                .isNotNull();
    }

    /** Whoever comes just before the end is seen by the poll after it, or told of by a webhook at once. */
    @Test
    void aNewSessionWaitsOnePollLongerWhereRoomsArePolled() {
        String secret = "one-of-our-own-that-nobody-else-knows";
        assertThat(with(secret).staleAfter()).isEqualTo(Duration.ofMinutes(10).plusSeconds(15 + 5));
        assertThat(with(secret, Map.of("livekit.poll-interval", "1s")).staleAfter())
                .isEqualTo(Duration.ofMinutes(10).plusSeconds(1 + 1));
        assertThat(with(secret, Map.of("livekit.poll-enabled", "false")).staleAfter())
                .isEqualTo(Duration.ofMinutes(10));
    }

    private static SessionApiProperties with(String secret) {
        return with(secret, Map.of());
    }

    private static SessionApiProperties with(String secret, Map<String, String> more) {
        Map<String, String> given = new HashMap<>(Map.of(
                "rollcall.session.livekit.api-key",
                "key",
                "rollcall.session.livekit.api-secret",
                "secretsecretsecretsecretsecretsecret",
                "rollcall.session.commands.id-secret",
                secret,
                "rollcall.session.cameras.secrets-key",
                secret));
        more.forEach((name, value) -> given.put("rollcall.session." + name, value));
        return new Binder(new MapConfigurationPropertySource(given))
                .bind("rollcall.session", SessionApiProperties.class)
                .get();
    }
}
