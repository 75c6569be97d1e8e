package io.rollcall.gateway.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.connections.domain.Access;
import io.rollcall.gateway.tokens.TokenCheck.Expired;
import io.rollcall.gateway.tokens.TokenCheck.Invalid;
import io.rollcall.gateway.tokens.TokenCheck.Valid;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final long SOON = NOW.plusSeconds(60).getEpochSecond();

    private final TokenVerifier tokens = new TokenVerifier(Tokens.SECRET);

    @Test
    void readsWhatAConnectionTokenSays() {
        String token = Tokens.of(Map.of(
                "sub",
                "ann",
                "exp",
                SOON,
                "info",
                Map.of("name", "Ann"),
                "channels",
                List.of("rooms:a"),
                "subs",
                Map.of("rooms:b", Map.of("data", 1)),
                "scope",
                "other feeds",
                "agency",
                "ag1"));

        assertThat(tokens.connection(token, NOW))
                .isEqualTo(new Valid<>(new ConnectionClaims(
                        "ann",
                        Instant.ofEpochSecond(SOON),
                        Set.of("rooms:a", "rooms:b"),
                        new Access(true, Set.of("ag1")))));
    }

    @Test
    void aTokenWithoutExpiryDoesNotExpire() {
        assertThat(tokens.connection(Tokens.of(Map.of("sub", "ann")), NOW))
                .isEqualTo(new Valid<>(new ConnectionClaims("ann", null, Set.of(), Access.NONE)));
    }

    @Test
    void itsTimeIsOverAtTheSecondItNames() {
        String token = Tokens.of(Map.of("sub", "ann", "exp", SOON));

        assertThat(tokens.connection(token, Instant.ofEpochSecond(SOON).minusMillis(1)))
                .isInstanceOf(Valid.class);
        assertThat(tokens.connection(token, Instant.ofEpochSecond(SOON))).isInstanceOf(Expired.class);
    }

    @Test
    void aTokenOfTomorrowIsNoneToday() {
        assertThat(tokens.connection(Tokens.of(Map.of("sub", "ann", "nbf", SOON)), NOW))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void aSubscriptionTokenOpensNoConnection() {
        assertThat(tokens.connection(Tokens.of(Map.of("sub", "ann", "channel", "rooms:a")), NOW))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void readsWhatASubscriptionTokenSays() {
        assertThat(tokens.subscription(Tokens.of(Map.of("sub", "ann", "channel", "rooms:a", "exp", SOON)), NOW))
                .isEqualTo(new Valid<>(new SubscriptionClaims("ann", "rooms:a", Instant.ofEpochSecond(SOON))));
        assertThat(tokens.subscription(Tokens.of(Map.of("sub", "ann")), NOW)).isInstanceOf(Invalid.class);
    }

    @Test
    void anotherSecretOrAlgorithmIsNotOurs() {
        String claims = "{\"sub\":\"ann\"}";
        assertThat(List.of(
                        Tokens.signed("another-secret", "{\"alg\":\"HS256\"}", claims),
                        Tokens.signed(Tokens.SECRET, "{\"alg\":\"none\"}", claims),
                        Tokens.signed(Tokens.SECRET, "{\"alg\":\"HS512\"}", claims),
                        Tokens.signed(Tokens.SECRET, "{}", claims),
                        Tokens.signed(Tokens.SECRET, "{\"alg\":\"HS256\"}", "{}"),
                        Tokens.signed(Tokens.SECRET, "{\"alg\":\"HS256\"}", "{\"sub\":\"ann\",\"exp\":\"x\"}"),
                        Tokens.signed(Tokens.SECRET, "{\"alg\":\"HS256\"}", "[]")))
                .allSatisfy(token ->
                        assertThat(tokens.connection(token, NOW)).as(token).isInstanceOf(Invalid.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b", "a.b.c", "a.b.c.d", "\u00e4.\u00e4.\u00e4", "e30.e30.", "!!!"})
    void rubbishIsNotOurs(String token) {
        assertThat(tokens.connection(token, NOW)).isInstanceOf(Invalid.class);
    }

    @Test
    void withoutASecretNothingIsBelieved() {
        assertThat(new TokenVerifier("").connection(Tokens.of(Map.of("sub", "ann")), NOW))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void anAgencyReachesItsOwnFeedsOnly() {
        var access = new Access(false, Set.of("ag1"));

        assertThat(access.mayRead("ag1")).isTrue();
        assertThat(access.mayRead("ag2")).isFalse();
        assertThat(access.mayRead("")).isFalse();
        assertThat(Access.ALL.mayRead("")).isTrue();
    }
}
