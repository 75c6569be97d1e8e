package io.rollcall.kit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.web.EdgeApplication;
import io.rollcall.kit.web.WireClient;
import io.rollcall.kit.web.WireClient.Answer;
import io.rollcall.kittest.SigningKey;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.kittest.TestToken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Who gets in, and what those hear who do not. */
@SpringBootTest(
        classes = EdgeApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "spring.application.name=ws-gateway",
            "rollcall.web.allowed-origins=https://page.example",
            "rollcall.auth.keys.interval=50ms"
        })
@ExtendWith(OutputCaptureExtension.class)
class AuthTest {

    private static final TestIssuer ISSUER = TestIssuer.start();
    private static final SigningKey STRANGER = SigningKey.rsa("rsa-0");

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    WireClient client = new WireClient(0);

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry registry) {
        registry.add("rollcall.auth.issuer", ISSUER::url);
        registry.add("rollcall.auth.audience", () -> TestIssuer.AUDIENCE);
    }

    @AfterAll
    static void issuerEnds() {
        ISSUER.close();
    }

    @BeforeEach
    void connect() {
        client = new WireClient(port);
    }

    private Answer me(String token) {
        return client.get("/me", "Authorization: Bearer " + token);
    }

    private static void isCaller(Answer answer, String id, boolean admin) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("id").asString()).isEqualTo(id);
        assertThat(answer.json().path("admin").asBoolean()).isEqualTo(admin);
    }

    private static void isRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("X-Request-ID")).isNotEmpty();
        assertThat(answer.json().path("detail").asString()).isEqualTo("The token is not valid here, or not any more.");
    }

    // Who gets in

    @Test
    void theUserIsTheSubject() {
        isCaller(me(ISSUER.token("alice").signed()), "alice", false);
    }

    @Test
    void anEllipticCurveWillDo() {
        isCaller(me(ISSUER.ecToken("alice").signed()), "alice", false);
    }

    @Test
    void theRoleMakesAnAdmin() {
        isCaller(me(ISSUER.adminToken("root").signed()), "root", true);
    }

    @Test
    void anotherRoleMakesNone() {
        isCaller(
                me(ISSUER.token("bob")
                        .claim("realm_access", Map.of("roles", List.of("admin")))
                        .signed()),
                "bob",
                false);
    }

    static Stream<Arguments> fit() {
        return Stream.of(
                Arguments.of("aud among others", change(it -> it.claim("aud", List.of("account", "rollcall")))),
                Arguments.of("expired within the leeway", change(it -> it.time("exp", Duration.ofSeconds(-40)))),
                Arguments.of("not yet, within the leeway", change(it -> it.time("nbf", Duration.ofSeconds(40)))),
                Arguments.of("no kid", change(it -> it.header("kid", null))),
                Arguments.of("no typ", change(it -> it.header("typ", null))),
                Arguments.of("typ at+jwt", change(it -> it.header("typ", "at+jwt"))),
                Arguments.of("no iat", change(it -> it.claim("iat", null))),
                // Where a token says its keys are is nothing to go by, and nothing to ask.
                Arguments.of("jku", change(it -> it.header("jku", "http://127.0.0.1:1/keys"))),
                Arguments.of("x5u", change(it -> it.header("x5u", "http://127.0.0.1:1/keys"))),
                Arguments.of("jwk", change(it -> it.header("jwk", STRANGER.jwk()))));
    }

    private static UnaryOperator<TestToken> change(UnaryOperator<TestToken> change) {
        return change;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fit")
    void aFitToken(String what, UnaryOperator<TestToken> change) {
        isCaller(me(change.apply(ISSUER.token("alice")).claim("iat", null).signed()), "alice", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "bearer", "BEARER", "bEaReR"})
    void theSchemeIsWrittenInAnyCase(String scheme) {
        Answer answer = client.get(
                "/me", "Authorization: " + scheme + " " + ISSUER.token("alice").signed());

        isCaller(answer, "alice", false);
    }

    @Test
    void anIdentityHeaderIsNotBelieved() {
        isRefusedAsMissing(client.get("/me", "X-User-ID: root"));
        isCaller(
                client.get(
                        "/me",
                        "X-User-ID: root",
                        "X-Forwarded-User: root",
                        "Authorization: Bearer " + ISSUER.token("alice").signed()),
                "alice",
                false);
    }

    @Test
    void aSubjectMayBeLongAndInAnyScript() {
        String subject = "\u0645\u0633\u062a\u062e\u062f\u0645 " + "u".repeat(240);

        isCaller(me(ISSUER.token(subject).signed()), subject, false);
    }

    // Who does not

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of(
                        "expired",
                        ISSUER.token("a")
                                .claim("iat", null)
                                .time("exp", Duration.ofSeconds(-70))
                                .signed()),
                Arguments.of(
                        "without an end", ISSUER.token("a").claim("exp", null).signed()),
                Arguments.of(
                        "ended before it began",
                        ISSUER.token("a").time("iat", Duration.ofHours(1)).signed()),
                Arguments.of(
                        "not yet",
                        ISSUER.token("a").time("nbf", Duration.ofSeconds(70)).signed()),
                Arguments.of(
                        "another audience",
                        ISSUER.token("a").claim("aud", "others").signed()),
                Arguments.of("no audience", ISSUER.token("a").claim("aud", null).signed()),
                Arguments.of(
                        "an empty audience",
                        ISSUER.token("a").claim("aud", List.of()).signed()),
                Arguments.of(
                        "another issuer",
                        ISSUER.token("a").claim("iss", "http://127.0.0.1:1").signed()),
                Arguments.of("no issuer", ISSUER.token("a").claim("iss", null).signed()),
                Arguments.of(
                        "the issuer with a slash",
                        ISSUER.token("a").claim("iss", ISSUER.url() + "/").signed()),
                Arguments.of("no subject", ISSUER.token("a").claim("sub", null).signed()),
                Arguments.of("an empty subject", ISSUER.token("").signed()),
                Arguments.of("a blank subject", ISSUER.token(" \t").signed()),
                Arguments.of(
                        "a subject that is too long",
                        ISSUER.token("u".repeat(256)).signed()),
                Arguments.of("a subject with a line break", ISSUER.token("a\nb").signed()),
                Arguments.of(
                        "an end that is a word",
                        ISSUER.token("a").claim("exp", "tomorrow").signed()),
                Arguments.of(
                        "an end beyond all time",
                        ISSUER.token("a").claim("exp", 1e300).signed()),
                Arguments.of("forged", ISSUER.token("a").signedBy(STRANGER)),
                Arguments.of("forged with an EC key", ISSUER.token("a").signedBy(SigningKey.ec("rsa-0"))),
                Arguments.of(
                        "another key of the same name",
                        ISSUER.token("a", SigningKey.ec("rsa-0")).signed()),
                Arguments.of(
                        "an unknown key",
                        ISSUER.token("a", SigningKey.rsa("unknown")).signed()),
                Arguments.of(
                        "its own key in the header",
                        ISSUER.token("a", STRANGER)
                                .header("jwk", STRANGER.jwk())
                                .signed()),
                Arguments.of("alg none", ISSUER.token("a").header("alg", "none").unsigned()),
                Arguments.of("alg None", ISSUER.token("a").header("alg", "None").unsigned()),
                Arguments.of(
                        "alg none with a signature",
                        ISSUER.token("a").header("alg", "none").signed()),
                Arguments.of("no signature", ISSUER.token("a").unsigned()),
                Arguments.of(
                        "HS256 with the public key",
                        ISSUER.token("a")
                                .header("alg", "HS256")
                                .signedWith(ISSUER.rsa().publicBytes())),
                Arguments.of(
                        "HS256 with the public key as PEM",
                        ISSUER.token("a")
                                .header("alg", "HS256")
                                .signedWith(pem(ISSUER.rsa().publicBytes()))),
                Arguments.of(
                        "RS256 that is HS256",
                        ISSUER.token("a").signedWith(ISSUER.rsa().publicBytes())),
                Arguments.of("no alg", ISSUER.token("a").header("alg", null).signed()),
                Arguments.of(
                        "an alg nobody knows",
                        ISSUER.token("a").header("alg", "RS257").signed()),
                Arguments.of(
                        "another type",
                        ISSUER.token("a").header("typ", "logout+jwt").signed()),
                Arguments.of(
                        "a critical header",
                        ISSUER.token("a")
                                .header("crit", List.of("x"))
                                .header("x", 1)
                                .signed()),
                Arguments.of("changed", changed(ISSUER.token("a").signed())),
                Arguments.of("no JWT", "abc"),
                Arguments.of("dots", ".."),
                Arguments.of("five parts", "a.b.c.d.e"),
                Arguments.of("JSON that is none", base64("{") + "." + base64("{}") + ".AAAA"),
                Arguments.of("JSON without end", base64("[".repeat(2_000)) + "." + base64("{}") + ".AAAA"),
                Arguments.of("large", "a".repeat(6_000)));
    }

    private static byte[] pem(byte[] key) {
        return ("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The claims of somebody else under the signature of one. */
    private static String changed(String token) {
        String[] parts = token.split("\\.", -1);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        return parts[0] + "." + base64(claims.replace("\"sub\":\"a\"", "\"sub\":\"b\"")) + "." + parts[2];
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfit")
    void anUnfitTokenIsRefused(String what, String token) {
        isRefused(me(token));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer a b", "Bearer \u00e9", "Bearer\ta", "Bearer =", "BearerX"})
    void aMalformedHeaderIsRefused(String authorization) {
        isRefused(client.get("/me", "Authorization: " + authorization));
    }

    @Test
    void twoHeadersAreRefusedEvenWhenBothAreGood() {
        String good = "Authorization: Bearer " + ISSUER.token("alice").signed();

        isRefused(client.get("/me", good, good));
        isRefused(client.get("/me", good, "Authorization: Basic YTpi"));
        isRefused(client.get("/me", "Authorization: Basic YTpi", good));
    }

    @Test
    void aTokenBeyondWhatTheServerReadsIsRefused() {
        Answer answer = client.get("/v1/realtime/sessions", "Authorization: Bearer " + "a".repeat(100_000));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(client.get("/health").status()).isEqualTo(200);
    }

    private static void isRefusedAsMissing(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("X-Request-ID")).isNotEmpty();
        assertThat(answer.json().path("detail").asString()).isEqualTo("A bearer token is needed.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/me", "/x/a%2Fb", "/x/..%2Fhealth", "/nowhere", "/error", "/page%2Ffile", "/health/", "/docs/x"
            })
    void withoutATokenNothingElseIsSaid(String path) {
        isRefusedAsMissing(client.get(path));
    }

    @Test
    void anotherSchemeIsNoToken() {
        isRefusedAsMissing(client.get("/me", "Authorization: Basic YTpi"));
    }

    @Test
    void aBodyIsNotReadForSomebodyUnknown() {
        Answer answer = client.post("/orders", "x".repeat(2 << 20), "Content-Type: application/json");

        isRefusedAsMissing(answer);
    }

    @Test
    void anyNameStillGetsThroughWithAToken() {
        String authorization = "Authorization: Bearer " + ISSUER.token("alice").signed();

        assertThat(client.get("/x/a%2Fb%5C..%2F%25;c%0A%E2%80%8F//", authorization)
                        .status())
                .isEqualTo(404);
        assertThat(client.get("/x/a%2Fb%5C..%2F%25;c%0A%E2%80%8F", authorization)
                        .json()
                        .path("name")
                        .asString())
                .isEqualTo("a/b\\../%;c\n\u200f");
    }

    @Test
    void aRouteThatIsNotThereIsSaidToWhoMayCall() {
        Answer answer = client.get(
                "/nowhere", "Authorization: Bearer " + ISSUER.token("alice").signed());

        assertThat(answer.status()).isEqualTo(404);
    }

    // What is for admins

    @ParameterizedTest
    @ValueSource(strings = {"/admin/thing", "/admin/%74hing", "/%61dmin/thing", "/admin", "/admin/nowhere"})
    void whatIsForAdminsIsForNobodyElse(String path) {
        isRefusedAsMissing(client.get(path));
        isRefused(client.get(path, "Authorization: Bearer abc"));
        Answer answer = client.get(
                path, "Authorization: Bearer " + ISSUER.token("alice").signed());
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("detail").asString()).isEqualTo("Only an admin may do this.");
    }

    @Test
    void anAdminMayAndIsToldSoInTheSurfacesOwnShape() {
        String admin = "Authorization: Bearer " + ISSUER.adminToken("root").signed();

        isCaller(client.get("/admin/thing", admin), "root", true);
        Answer refused = client.get(
                "/v1/realtime/admin/thing",
                "Authorization: Bearer " + ISSUER.token("alice").signed());
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().at("/error/type").asString()).isEqualTo("forbidden_error");
    }

    // The shape of a surface

    @Test
    void aSurfaceSaysInItsOwnWordsThatThereIsNoToken() {
        Answer answer = client.get("/v1/realtime/sessions");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("{\"error\":\"missing bearer token\"}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("X-Request-ID")).isNotEmpty();
    }

    @Test
    void aSurfaceSaysInItsOwnWordsThatATokenIsNotValid() {
        Answer answer = client.get("/v1/realtime/sessions", "Authorization: Bearer abc");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("{\"error\":\"invalid token\"}");
    }

    @Test
    void whileTheIssuerIsAwayATokenWithAnUnknownKeyIsNotRefusedButCannotBeChecked() {
        String known = ISSUER.token("alice").signed();
        isCaller(me(known), "alice", false);
        ISSUER.goAway();
        try {
            Answer answer = client.get(
                    "/v1/realtime/sessions",
                    "Authorization: Bearer "
                            + ISSUER.token("alice", SigningKey.rsa("new")).signed());

            assertThat(answer.status()).isEqualTo(503);
            assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After"))))
                    .isPositive();
            assertThat(answer.header("WWW-Authenticate")).isNull();
            assertThat(answer.json().at("/error/message").asString())
                    .isEqualTo("The token cannot be checked now: its issuer does not answer.");
            assertThat(client.get("/health").status()).isEqualTo(200);
            assertThat(client.get("/v1/realtime/sessions").status()).isEqualTo(401);
            isCaller(me(known), "alice", false);
        } finally {
            ISSUER.comeBack();
            await().until(() ->
                    me(ISSUER.token("a", SigningKey.rsa("new")).signed()).status() == 401);
        }
    }

    // Origins

    @Test
    void aRefusalMayBeReadByAnAllowedPage() {
        Answer answer = client.get("/me", "Origin: https://page.example");

        isRefusedAsMissing(answer);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://page.example");
        assertThat(answer.header("Access-Control-Expose-Headers")).contains("X-Request-ID");
    }

    @Test
    void aPreflightNeedsNoToken() {
        Answer answer = client.send(
                "OPTIONS",
                "/me",
                null,
                "Origin: https://page.example",
                "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: authorization");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Headers")).contains("authorization");
    }

    @Test
    void aForeignPageIsRefusedWithAGoodTokenToo() {
        Answer answer =
                client.get("/stream?access_token=" + ISSUER.token("alice").signed(), "Origin: https://evil.example");

        assertThat(answer.status()).isEqualTo(403);
    }

    // What is open

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/readyz", "/v3/api-docs", "/page/file", "/signed-hook"})
    void whatIsOpenNeedsNoTokenAndLooksAtNone(String path) {
        assertThat(client.get(path).status()).isEqualTo(200);
        assertThat(client.get(path, "Authorization: Bearer abc").status()).isEqualTo(200);
    }

    @Test
    void theDocsAreOpen() {
        Answer answer = client.get("/docs");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(client.get(String.valueOf(answer.header("Location"))).body()).contains("swagger-ui");
    }

    @Test
    void metricsAreOnTheManagementPortOnly() {
        assertThat(new WireClient(managementPort).get("/metrics").status()).isEqualTo(200);
        assertThat(client.get("/metrics").status()).isEqualTo(404);
    }

    @Test
    void requestsAreTimedAndNotEachFilterOfTheirs() {
        isCaller(me(ISSUER.token("alice").signed()), "alice", false);

        assertThat(new WireClient(managementPort).get("/metrics").body())
                .contains("http_server_requests_seconds_count")
                .doesNotContain("spring_security_", "http_server_requests_active");
    }

    @Test
    void aServletOfItsOwnNeedsATokenUnlessItIsNamed() {
        isRefusedAsMissing(client.post("/hook?who=1", ""));
        assertThat(client.post(
                                "/hook?who=1",
                                "",
                                "Authorization: Bearer " + ISSUER.token("alice").signed())
                        .body())
                .isEqualTo("alice");
    }

    // A token in the query

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "%61ccess_token", "access%5Ftoken"})
    void aTokenInTheQueryIsNotInWhatOthersSeeOfTheQuery(String name) {
        String token = ISSUER.token("alice").signed();

        assertThat(client.get("/stream/query?a=1&" + name + "=" + token + "&b=access_token")
                        .body())
                .isEqualTo("a=1&" + name + "=***&b=access_token");
    }

    @Test
    void aTokenMayStandInTheQueryWhereBrowsersCannotSendAHeader(CapturedOutput output) {
        String token = ISSUER.token("alice").signed();

        isCaller(client.get("/stream?access_token=" + token), "alice", false);
        isCaller(client.get("/stream", "Authorization: Bearer " + token), "alice", false);
        isRefused(client.get("/stream?access_token=abc"));
        isRefused(client.get("/stream?access_token=" + token, "Authorization: Bearer " + token));
        isRefused(client.get("/stream?access_token=" + token + "&access_token=" + token));
        isRefusedAsMissing(client.get("/stream"));
        assertThat(output.getAll()).contains("asked for a stream").doesNotContain(token);
    }

    @Test
    void elsewhereTheQueryIsNotLookedAt() {
        isRefusedAsMissing(
                client.get("/me?access_token=" + ISSUER.token("alice").signed()));
    }

    // What an answer is like

    @Test
    void noSessionIsBegunAndTheHeadersAreSane() {
        Answer answer = me(ISSUER.token("alice").signed());

        assertThat(answer.header("Set-Cookie")).isNull();
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Cache-Control")).isNull();
    }

    @Test
    void noTokenIsEverLogged(CapturedOutput output) {
        String good = ISSUER.token("alice").signed();
        String bad = ISSUER.token("alice").signedBy(STRANGER);

        me(good);
        me(bad);

        assertThat(output.getAll()).contains("asked who it is");
        for (String part :
                Stream.of(good, bad).flatMap(it -> Stream.of(it.split("\\."))).toList()) {
            assertThat(output.getAll()).doesNotContain(part);
        }
    }

    @Test
    void theCallerIsNoParameterInTheDocs() {
        JsonNode me = client.get("/v3/api-docs").json().at("/paths/~1me/get");

        assertThat(me.isObject()).isTrue();
        assertThat(me.has("parameters")).isFalse();
    }

    @Test
    void theDocsSayWhereATokenIsNeeded() {
        JsonNode docs = client.get("/v3/api-docs").json();

        assertThat(docs.at("/components/securitySchemes/bearer/scheme").asString())
                .isEqualTo("bearer");
        assertThat(docs.at("/security/0").has("bearer")).isTrue();
        assertThat(docs.at("/paths/~1me/get").has("security")).isFalse();
        assertThat(docs.at("/paths/~1health/get/security").size()).isZero();
        assertThat(docs.at("/paths/~1health/get").has("security")).isTrue();
    }

    @Test
    void theTokenCanBePassedOnToAnotherInstance() {
        String token = ISSUER.token("alice").signed();

        assertThat(client.get("/stream/onward?access_token=" + token).body()).isEqualTo("Bearer " + token);
    }
}
