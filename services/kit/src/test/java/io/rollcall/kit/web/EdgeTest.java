package io.rollcall.kit.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.web.WireClient.Answer;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "rollcall.auth.enabled=false",
            "spring.application.name=ws-gateway",
            "rollcall.web.allowed-origins=http://localhost:*, https://page.example"
        })
@ExtendWith(OutputCaptureExtension.class)
class EdgeTest {

    private static final String CHUNKED_HEAD = """
            POST /orders HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Transfer-Encoding: chunked
            Connection: close

            """;

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    WireClient client = new WireClient(0);

    @BeforeEach
    void connect() {
        client = new WireClient(port);
    }

    @AfterEach
    void kafkaIsBack() {
        EdgeApplication.KAFKA.set(Readiness.up());
    }

    private static void isProblem(Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("title").asString()).isNotEmpty();
        assertThat(answer.json().path("detail").asString()).isNotEmpty();
        assertThat(answer.json().path("requestId").asString()).isEqualTo(answer.header("X-Request-ID"));
        assertThat(answer.body()).doesNotContain("SELECT", "Exception", "io.rollcall", "springframework", "at java");
    }

    // Memory

    @Test
    void namesThatClientsMakeUpAreKeptNowhere(@Autowired JsonMapper mapper) {
        keepsNoNames(mapper.tokenStreamFactory());
        keepsNoNames(OutsideJson.factory());
        keepsNoNames(OutsideJson.mapper().tokenStreamFactory());
    }

    private static void keepsNoNames(JsonFactory json) {
        assertThat(json.isEnabled(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES))
                .isFalse();
    }

    // Request ids

    @Test
    void aUsableRequestIdIsEchoedAndIsOnTheLogLines(CapturedOutput output) {
        Answer answer = client.get("/x/a", "X-Request-ID: caller-17 ~!");

        assertThat(answer.header("X-Request-ID")).isEqualTo("caller-17 ~!");
        assertThat(answer.json().path("requestId").asString()).isEqualTo("caller-17 ~!");
        assertThat(output.getOut().lines().filter(line -> line.contains("asked for")))
                .anyMatch(line -> line.contains("\"correlation-id\":\"caller-17 ~!\""));
    }

    @Test
    void anAbsentRequestIdIsMade() {
        Answer first = client.get("/x/a");
        Answer second = client.get("/x/a");

        assertThat(UUID.fromString(String.valueOf(first.header("X-Request-ID"))).version())
                .isEqualTo(4);
        assertThat(first.header("X-Request-ID")).isNotEqualTo(second.header("X-Request-ID"));
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128})
    void aRequestIdOfUpTo128CharactersIsEchoed(int length) {
        String id = "i".repeat(length);

        assertThat(client.get("/x/a", "X-Request-ID: " + id).header("X-Request-ID"))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"é", "tab\tbed"})
    void aRequestIdThatIsNotPrintableAsciiIsReplaced(String id) {
        Answer answer = client.get("/x/a", "X-Request-ID: " + id);

        assertThat(UUID.fromString(String.valueOf(answer.header("X-Request-ID"))))
                .isNotNull();
    }

    @Test
    void aRequestIdThatIsTooLongIsReplaced() {
        Answer answer = client.get("/x/a", "X-Request-ID: " + "i".repeat(129));

        assertThat(answer.header("X-Request-ID")).hasSize(36);
    }

    // Names in paths

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a%2Fb|a/b",
                "a%2fb|a/b",
                "a%5Cb|a\\b",
                "with%20space|with space",
                "a+b|a+b",
                "%22quoted%22|\"quoted\"",
                "it's|it's",
                "%2520|%20",
                "%25|%",
                "a;b|a;b",
                "a;b=c;d|a;b=c;d",
                "a%3Bb|a;b",
                "..%2F|../",
                "..%2F..%2Fetc%2Fpasswd|../../etc/passwd",
                "%E2%80%8Fabc|\u200Fabc",
                "%D8%BA%D8%B1%D9%81%D8%A9|\u063a\u0631\u0641\u0629",
                "%F0%9F%8E%A5|\uD83C\uDFA5",
                "a%3Fb%23c|a?b#c",
                "{x}|{x}",
                "[1]|[1]",
                "a.json|a.json",
                "b^c`|b^c`",
            })
    void aNameInAPathMayHoldAnything(String encoded, String name) {
        assertThat(client.get("/x/" + encoded).json().path("name").asString()).isEqualTo(name);
        assertThat(client.get("/x/" + encoded + "/parts").json().path("partsOf").asString())
                .isEqualTo(name);
    }

    // Problems

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/x", "/error", "/x/a/parts/", "/x/a;b/none", "/actuator", "/metrics"})
    void anUnknownRouteIsNotFound(String path) {
        isProblem(client.get(path), 404);
    }

    @Test
    void aWrongMethodIsNotAllowedAndSaysWhichAre() {
        Answer answer = client.send("DELETE", "/orders", null);

        isProblem(answer, 405);
        assertThat(answer.header("Allow")).isEqualTo("POST");
    }

    @Test
    void whatCannotBeGivenAsAskedIsNotAcceptable() {
        isProblem(client.get("/x/a", "Accept: image/png"), 406);
    }

    @Test
    void aProblemIsJsonWhateverIsAccepted() {
        isProblem(client.get("/nowhere", "Accept: text/html"), 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"seats\":[", "nonsense", "{\"seats\":[}", "\u0000", "{\"seats\":\"\\ud800\""})
    void malformedJsonIsABadRequest(String body) {
        isProblem(client.post("/orders", body, "Content-Type: application/json"), 400);
    }

    @Test
    void noBodyWhereOneIsNeededIsABadRequest() {
        isProblem(client.post("/orders", "", "Content-Type: application/json"), 400);
    }

    @Test
    void jsonNestedWithoutEndIsABadRequest() {
        isProblem(client.post("/orders", "[".repeat(100_000), "Content-Type: application/json"), 400);
    }

    @Test
    void anUnknownFieldIsIgnored() {
        Answer answer = client.post("/orders", "{\"seats\":[],\"more\":1}", "Content-Type: application/json");

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void anUnknownEnumValueNamesTheFieldAndWhatIsAllowed() {
        Answer answer = client.post(
                "/orders", "{\"seats\":[{\"name\":\"a\",\"kind\":\"FAX\"}]}", "Content-Type: application/json");

        isProblem(answer, 400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("seats[0].kind");
        assertThat(answer.json().at("/errors/0/message").asString()).isEqualTo("must be one of PHONE, SIP");
    }

    @Test
    void aValueOfTheWrongTypeNamesTheField() {
        Answer answer = client.post("/orders", "{\"seats\":[{\"number\":{}}]}", "Content-Type: application/json");

        isProblem(answer, 400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("seats[0].number");
    }

    @Test
    void anUnknownEnumParameterNamesItAndWhatIsAllowed() {
        Answer answer = client.get("/kinds?kind=FAX");

        isProblem(answer, 400);
        assertThat(answer.json().path("detail").asString()).isEqualTo("kind must be one of PHONE, SIP");
    }

    @Test
    void aMissingParameterIsNamed() {
        assertThat(client.get("/kinds").json().at("/errors/0/field").asString()).isEqualTo("kind");
    }

    @Test
    void anotherContentTypeIsNotSupported() {
        isProblem(client.post("/orders", "seats=1", "Content-Type: text/csv"), 415);
    }

    @Test
    void aBodyOverTheLimitIsTooLarge() {
        String body = "{\"seats\":[],\"more\":\"" + "x".repeat(1 << 20) + "\"}";

        isProblem(client.post("/orders", body, "Content-Type: application/json"), 413);
    }

    @Test
    void aChunkedBodyOverTheLimitIsTooLarge() {
        Answer answer = client.raw(chunked("{\"more\":\"", "x".repeat(1 << 20), "\"}"));

        isProblem(answer, 413);
    }

    @Test
    void aChunkedBodyWithinTheLimitIsRead() {
        assertThat(client.raw(chunked("{\"sea", "ts\":[]}")).status()).isEqualTo(200);
    }

    private static String chunked(String... chunks) {
        var request = new StringBuilder(CHUNKED_HEAD.replace("\n", "\r\n"));
        for (String chunk : chunks) {
            request.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return request.append("0\r\n\r\n").toString();
    }

    @Test
    void aServletOfItsOwnHasItsOwnLimit() {
        assertThat(client.post("/hook", "x".repeat(2 << 20)).body()).isEqualTo(String.valueOf(2 << 20));
    }

    @Test
    void anUnexpectedFailureTellsNothingButTheRequestIdUnderWhichItIsLogged(CapturedOutput output) {
        Answer answer = client.get("/fails", "X-Request-ID: the-failed-one");

        isProblem(answer, 500);
        assertThat(output.getOut().lines())
                .anyMatch(line -> line.contains("a request failed") && line.contains("the-failed-one"));
    }

    @Test
    void aFailureInAServletTellsNothingEither(CapturedOutput output) {
        isProblem(client.post("/hook?fail=1", "", "X-Request-ID: the-failed-hook"), 500);
        assertThat(output.getOut().lines())
                .filteredOn(line -> line.contains("\"ERROR\""))
                .isNotEmpty()
                .allMatch(line -> line.contains("the-failed-hook"));
    }

    @Test
    void whatIsAwayIsUnavailableAndSaysWhenToComeBack() {
        Answer answer = client.get("/away");

        isProblem(answer, 503);
        assertThat(answer.header("Retry-After")).isEqualTo("3");
        assertThat(answer.json().path("detail").asString()).isEqualTo("The state stores are being restored.");
    }

    @Test
    void aRefusalKeepsItsOwnWords() {
        Answer answer = client.get("/missing");

        isProblem(answer, 404);
        assertThat(answer.json().path("detail").asString()).isEqualTo("There is no such room.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x/%zz", "/x/%", "/x/%00", "/x/%C3%28%"})
    void aPathThatCannotBeDecodedIsABadRequest(String path) {
        isProblem(client.get(path), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u0000\u0001\u0002\r\n\r\n", "GET\r\n\r\n", "GET /x/\"a b\" HTTP/1.1\r\n\r\n", "hello\r\n\r\n"})
    void garbageIsABadRequestThatShowsNothing(String bytes) {
        Answer answer = client.raw(bytes);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("Exception", "apache", "Tomcat");
    }

    // Lists

    @Test
    void aPageAndARangeAreRead() {
        Answer answer = client.get("/list?page=3&limit=7&from=2026-01-01T00:00:00Z&to=2026-01-02T01:00:00%2B01:00");

        assertThat(answer.json().at("/page/page").asInt()).isEqualTo(3);
        assertThat(answer.json().at("/page/limit").asInt()).isEqualTo(7);
        assertThat(answer.json().at("/range/from").asString()).isEqualTo("2026-01-01T00:00:00.000Z");
        assertThat(answer.json().at("/range/to").asString()).isEqualTo("2026-01-02T00:00:00.000Z");
    }

    @Test
    void aPageIsTheFirstOfAHundredUnlessSaid() {
        assertThat(client.get("/list").json().path("page").toString()).isEqualTo("{\"page\":1,\"limit\":100}");
    }

    @ParameterizedTest
    @CsvSource({
        "page=0,page",
        "page=-1,page",
        "page=x,page",
        "page=99999999999,page",
        "limit=0,limit",
        "limit=1001,limit",
        "limit=1.5,limit",
        "from=yesterday,from",
        "to=2026-13-01T00:00:00Z,to",
        "to=%2B10000-01-01T00:00:00Z,to",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z,from",
    })
    void aParameterOutOfRangeIsNamed(String query, String field) {
        Answer answer = client.get("/list?" + query);

        isProblem(answer, 400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo(field);
    }

    @Test
    void timesHaveMillisecondsAndZ() {
        assertThat(client.get("/list").json().path("at").asString()).isEqualTo("2026-01-02T03:04:05.000Z");
    }

    // Origins

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:5173", "http://localhost:80", "https://page.example"})
    void aConfiguredOriginMayCallAndReadTheHeaders(String origin) {
        Answer answer = client.get("/x/a", "Origin: " + origin);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(answer.header("Access-Control-Expose-Headers"))
                .isEqualTo("X-Request-ID, Link, Location, Retry-After");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://evil.example", "http://localhost.evil.example:80", "null", "https://page.example:1"})
    void anotherOriginIsForbidden(String origin) {
        Answer answer = client.get("/x/a", "Origin: " + origin);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void theSameOriginMayAlwaysCall() {
        assertThat(client.get("/x/a", "Origin: http://localhost:" + port).status())
                .isEqualTo(200);
    }

    @Test
    void aPreflightIsAnswered() {
        Answer answer = client.send(
                "OPTIONS",
                "/orders",
                null,
                "Origin: https://page.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type, x-request-id");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("POST");
        assertThat(answer.header("Access-Control-Allow-Headers")).contains("content-type", "x-request-id");
    }

    // Health

    @Test
    void healthTellsSinceWhen() {
        Answer answer = client.get("/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("ok");
        assertThat(Instant.parse(answer.json().path("timestamp").asString())).isBeforeOrEqualTo(Instant.now());
        assertThat(answer.json().path("uptime").isNumber()).isTrue();
    }

    @Test
    void readyWhenAllChecksSaySo() {
        Answer answer = client.get("/readyz");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("ready");
        assertThat(answer.json().at("/checks/kafka/status").asString()).isEqualTo("up");
    }

    @Test
    void notReadyWhenOneIsDownAndWhy() {
        EdgeApplication.KAFKA.set(Readiness.down("no broker answers"));

        Answer answer = client.get("/readyz");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("status").asString()).isEqualTo("not ready");
        assertThat(answer.json().at("/checks/kafka/reason").asString()).isEqualTo("no broker answers");
    }

    @Test
    void readyThoughDegraded() {
        EdgeApplication.KAFKA.set(Readiness.degraded("events are spooled"));

        Answer answer = client.get("/readyz");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/checks/kafka/status").asString()).isEqualTo("degraded");
    }

    @Test
    void metricsAreOnTheManagementPortOnly() {
        Answer answer = new WireClient(managementPort).get("/metrics");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("jvm_memory_used_bytes", "service=\"ws-gateway\"");
        assertThat(client.get("/metrics").status()).isEqualTo(404);
    }

    // API docs

    @Test
    void theApiIsDescribedInOpenApi31() {
        Answer answer = client.get("/v3/api-docs");

        assertThat(answer.json().path("openapi").asString()).startsWith("3.1");
        assertThat(answer.json().at("/paths/~1list/get/parameters"))
                .extracting(parameter -> parameter.path("name").asString())
                .containsExactlyInAnyOrder("page", "limit", "from", "to");
        assertThat(answer.json().at("/paths/~1error").isMissingNode()).isTrue();
    }

    @Test
    void docsIsAPageToBrowse() {
        Answer answer = client.get("/docs");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(client.get(String.valueOf(answer.header("Location"))).body()).contains("swagger-ui");
    }
}
