package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    private static SessionApiProperties with(String secret) {
        return new Binder(new MapConfigurationPropertySource(Map.of(
                        "rollcall.session.livekit.api-key",
                        "key",
                        "rollcall.session.livekit.api-secret",
                        "secretsecretsecretsecretsecretsecret",
                        "rollcall.session.commands.id-secret",
                        secret,
                        "rollcall.session.cameras.secrets-key",
                        secret)))
                .bind("rollcall.session", SessionApiProperties.class)
                .get();
    }
}
