package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdminRoleTest {

    static Stream<Arguments> admins() {
        return Stream.of(
                Arguments.of("realm_access.roles", Map.of("realm_access", Map.of("roles", List.of("user", "boss")))),
                Arguments.of("roles", Map.of("roles", List.of("boss"))),
                Arguments.of("scope", Map.of("scope", "openid boss profile")),
                Arguments.of("role", Map.of("role", "boss")),
                Arguments.of("https://id.example.org/roles", Map.of("https://id.example.org/roles", List.of("boss"))),
                Arguments.of(
                        "resource_access.rollcall.roles",
                        Map.of("resource_access", Map.of("rollcall", Map.of("roles", List.of("boss"))))));
    }

    @ParameterizedTest
    @MethodSource("admins")
    void theValueMakesAnAdmin(String claim, Map<String, Object> claims) {
        assertThat(new AdminRole(claim, "boss").isIn(claims)).isTrue();
    }

    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of("roles", Map.of()),
                Arguments.of("roles", Map.of("roles", List.of("bosses", "BOSS", " boss"))),
                Arguments.of("roles", Map.of("roles", Map.of("boss", true))),
                Arguments.of("roles", Map.of("roles", List.of(List.of("boss")))),
                Arguments.of("role", Map.of("role", "notboss")),
                Arguments.of("a.b", Map.of("a", "boss")),
                Arguments.of("a.b", Map.of("a", List.of("b", "boss"))),
                Arguments.of("a.b", Map.of("b", "boss")),
                Arguments.of("a..b", Map.of("a", Map.of("b", "boss"))));
    }

    @ParameterizedTest
    @MethodSource("others")
    void nothingElseDoes(String claim, Map<String, Object> claims) {
        assertThat(new AdminRole(claim, "boss").isIn(claims)).isFalse();
    }
}
