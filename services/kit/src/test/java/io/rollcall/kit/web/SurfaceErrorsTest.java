package io.rollcall.kit.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.web.WireClient.Answer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** A surface's errors have its shape, whoever answers. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "rollcall.auth.enabled=false",
            "spring.application.name=ws-gateway",
            "rollcall.web.allowed-origins=http://localhost:*, https://page.example"
        })
class SurfaceErrorsTest {

    private static final String TOO_MUCH = "{\"more\":\"" + "x".repeat(1 << 20) + "\"}";

    @LocalServerPort
    int port;

    WireClient client = new WireClient(0);

    @BeforeEach
    void connect() {
        client = new WireClient(port);
    }

    private static void isRealtime(Answer answer, int status, String type) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("X-Request-ID")).isNotEmpty();
        assertThat(answer.json().propertyNames()).containsExactly("error");
        assertThat(answer.json().path("error").propertyNames()).containsExactlyInAnyOrder("message", "type");
        assertThat(answer.json().at("/error/type").asString()).isEqualTo(type);
        assertThat(answer.json().at("/error/message").asString()).isNotEmpty();
        assertThat(answer.body()).doesNotContain("SELECT", "Exception", "io.rollcall", "springframework");
    }

    @Test
    void aRefusalOfAController() {
        Answer answer = client.get("/v1/realtime/sessions/sess_1");

        isRealtime(answer, 404, "not_found_error");
        assertThat(answer.json().at("/error/message").asString()).isEqualTo("session not found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/realtime",
                "/v1/realtime/",
                "/v1/realtime/nowhere",
                "/v1/%72ealtime/nowhere",
                "/v1/realtime/a%2Fb",
                "/v1/realtime/a;b"
            })
    void anUnknownRoute(String path) {
        isRealtime(client.get(path), 404, "not_found_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/realtimes", "/v1", "/v2/v1/realtime", "/v1%2Frealtime", "/V1/realtime"})
    void aPathBesideTheSurfaceIsNoneOfIt(String path) {
        Answer answer = client.get(path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void aWrongMethod() {
        Answer answer = client.send("PUT", "/v1/realtime/orders", null);

        isRealtime(answer, 405, "validation_error");
        assertThat(answer.header("Allow")).isEqualTo("POST");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{|The body is not valid JSON (line 1, column 2).", "''|The body is missing or malformed."})
    void aMalformedBody(String body, String message) {
        Answer answer = client.post("/v1/realtime/orders", body, "Content-Type: application/json");

        isRealtime(answer, 400, "validation_error");
        assertThat(answer.json().at("/error/message").asString()).isEqualTo(message);
    }

    @Test
    void aBadFieldIsNamed() {
        Answer answer = client.post(
                "/v1/realtime/orders", "{\"seats\":[{\"kind\":\"FAX\"}]}", "Content-Type: application/json");

        isRealtime(answer, 400, "validation_error");
        assertThat(answer.json().at("/error/message").asString()).isEqualTo("seats[0].kind must be one of PHONE, SIP");
    }

    @Test
    void aBadParameterIsNamed() {
        Answer answer = client.get("/v1/realtime/sessions?limit=0");

        isRealtime(answer, 400, "validation_error");
        assertThat(answer.json().at("/error/message").asString()).isEqualTo("limit must be 1 to 1000");
    }

    @Test
    void anotherContentType() {
        isRealtime(client.post("/v1/realtime/orders", "a", "Content-Type: text/csv"), 415, "validation_error");
    }

    @Test
    void somethingElseThanJsonIsAcceptedOnly() {
        isRealtime(client.get("/v1/realtime/sessions", "Accept: image/png"), 406, "validation_error");
        isRealtime(client.get("/v1/realtime/nowhere", "Accept: text/html"), 404, "not_found_error");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedByAFilter() {
        isRealtime(
                client.post("/v1/realtime/orders", TOO_MUCH, "Content-Type: application/json"),
                413,
                "validation_error");
    }

    @Test
    void aForeignPageIsRefusedByAFilter() {
        isRealtime(client.get("/v1/realtime/sessions", "Origin: http://evil.example"), 403, "forbidden_error");
    }

    @Test
    void aPathThatTomcatCannotDecode() {
        isRealtime(client.get("/v1/realtime/sessions/%zz"), 400, "validation_error");
    }

    @Test
    void aFailureOfAController() {
        isRealtime(client.get("/v1/realtime/fails"), 500, "internal_error");
    }

    @Test
    void aFailureOfAServlet() {
        isRealtime(client.post("/v1/realtime/hook?fail=1", ""), 500, "internal_error");
    }

    @Test
    void somethingThatIsAwayStillSaysWhenToComeBack() {
        Answer answer = client.get("/v1/realtime/away");

        isRealtime(answer, 503, "internal_error");
        assertThat(answer.header("Retry-After")).isEqualTo("3");
    }

    @Test
    void twoShapesOfOnePrefixAreRefused() {
        var json = new JsonMapper();

        assertThatThrownBy(() -> new SurfaceErrors(List.of(new RealtimeShape(), new RealtimeShape()), json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/v1/realtime");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "streams", "/streams/"})
    void aPrefixIsAPath(String prefix) {
        var shape = new ErrorShape() {
            @Override
            public Set<String> prefixes() {
                return Set.of(prefix);
            }

            @Override
            public Object body(Failure failure) {
                return failure.detail();
            }
        };

        assertThatThrownBy(() -> new SurfaceErrors(List.of(shape), new JsonMapper()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
