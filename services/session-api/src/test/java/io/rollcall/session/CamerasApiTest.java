package io.rollcall.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.cameras.PtzEvent;
import io.rollcall.schemas.cameras.PtzEventType;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.session.TwoInstances.Instance;
import io.rollcall.session.cameras.domain.CameraStatus;
import io.rollcall.session.cameras.ptz.TestCamera;
import io.rollcall.session.cameras.wire.CameraCommands;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every row of the contract's cameras over HTTP, on the whole service. */
@ExtendWith(TwoInstances.Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CamerasApiTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CAMERAS = "/api/v1/cameras";
    private static final String IMPORT = CAMERAS + "/import";

    /** A whole number that no double holds. */
    private static final String LONG = "1".repeat(400);

    private static final Map<String, String> AS_JSON = Map.of("Content-Type", "application/json");
    private static final Map<String, String> AS_CSV = Map.of("Content-Type", "text/csv; charset=utf-8");

    private TwoInstances stack;

    private record Reply(int status, String body, HttpResponse<String> response) {
        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    @BeforeAll
    void share(TwoInstances running) {
        stack = running;
    }

    private Reply call(
            Instance instance, boolean admin, String method, String path, Map<String, String> headers, String body) {
        String token = (admin ? stack.issuer.adminToken("ada") : stack.issuer.token("ann")).signed();
        byte[] bytes = body.isEmpty() ? null : body.getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> response = stack.ask(instance, method, path, token, headers, bytes);
        return new Reply(response.statusCode(), response.body(), response);
    }

    private Reply get(String path) {
        return call(stack.first, false, "GET", path, Map.of(), "");
    }

    private Reply put(String id, String body) {
        return call(stack.first, true, "PUT", at(id), AS_JSON, body);
    }

    private Reply importJson(String body) {
        return call(stack.first, true, "POST", IMPORT, AS_JSON, body);
    }

    private Reply importCsv(String body) {
        return call(stack.first, true, "POST", IMPORT, AS_CSV, body);
    }

    private Reply ptz(Instance instance, String id, Map<String, String> headers, String body) {
        return call(instance, false, "POST", at(id) + "/ptz", headers, body);
    }

    private static String at(String id) {
        return CAMERAS + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String id() {
        return "cam-" + UUID.randomUUID();
    }

    private static String row(String id, String more) {
        return "{\"id\":\"" + id + "\",\"name\":\"Gate\",\"source\":\"METRO\"" + more + "}";
    }

    private static String rows(String... rows) {
        return "{\"cameras\":[" + String.join(",", rows) + "]}";
    }

    private String imported(String more) {
        String id = id();
        Reply reply = importJson(rows(row(id, more)));
        assertThat(reply.body()).isEqualTo("{\"imported\":1,\"failed\":0,\"errors\":[]}");
        assertThat(reply.status()).isEqualTo(200);
        return id;
    }

    private static void error(Reply reply, int status, String words) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo(JSON.writeValueAsString(Map.of("error", words)));
    }

    private <V extends SpecificRecord> List<V> records(Topic<V> topic, Predicate<V> which) {
        try (var serde = new AvroSerde<>(topic, stack.registry)) {
            return stack.records(topic.name()::equals).stream()
                    .map(ConsumerRecord::value)
                    .filter(Objects::nonNull)
                    .map(value -> Objects.requireNonNull(serde.deserialize(topic.name(), value)))
                    .filter(which)
                    .toList();
        }
    }

    @Test
    void aCameraIsToldWithAllItsFieldsOnEveryInstance() {
        String id = "gate/7 \"بوابة\" \u200f" + UUID.randomUUID();
        Reply reply = importJson(rows("""
                {"id":%s,"name":"Main gate","name_ar":"البوابة","source":"DUBAI_POLICE","unknown":1,
                 "rtsp_url":"rtsp://admin:pa55@10.0.0.7/live?ch=1&token=t0k","status":"ONLINE","ptz_enabled":true,
                 "recording_server":"rec-1","metadata":{"floor":2,"tags":["a"]},
                 "location":{"latitude":25.2,"longitude":55.3,"address":"a street","address_ar":"شارع"}}
                """.formatted(JSON.writeValueAsString(id))));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);

        JsonNode camera = get(at(id)).json();

        assertThat(camera.propertyNames())
                .containsExactly(
                        "id",
                        "name",
                        "name_ar",
                        "source",
                        "rtsp_url",
                        "status",
                        "ptz_enabled",
                        "recording_server",
                        "metadata",
                        "location",
                        "created_at",
                        "updated_at");
        assertThat(camera.path("id").asString()).isEqualTo(id);
        assertThat(camera.path("name").asString()).isEqualTo("Main gate");
        assertThat(camera.path("name_ar").asString()).isEqualTo("البوابة");
        assertThat(camera.path("source").asString()).isEqualTo("DUBAI_POLICE");
        assertThat(camera.path("rtsp_url").asString()).isEqualTo("rtsp://***:***@10.0.0.7/live?ch=1&token=***");
        assertThat(camera.path("status").asString()).isEqualTo("ONLINE");
        assertThat(camera.path("ptz_enabled").asBoolean()).isTrue();
        assertThat(camera.path("recording_server").asString()).isEqualTo("rec-1");
        assertThat(camera.path("metadata").toString()).isEqualTo("{\"floor\":2,\"tags\":[\"a\"]}");
        assertThat(camera.path("location").toString())
                .isEqualTo("{\"latitude\":25.2,\"longitude\":55.3,\"address\":\"a street\",\"address_ar\":\"شارع\"}");
        assertThat(camera.path("created_at").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(camera.path("updated_at")).isEqualTo(camera.path("created_at"));
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> assertThat(call(stack.second, false, "GET", at(id), Map.of(), "")
                                .json())
                        .isEqualTo(camera));
    }

    @Test
    void whatIsNotGivenIsEmptyAndAnUnknownLocationIsLeftOut() {
        JsonNode camera = get(at(imported(""))).json();
        assertThat(camera.path("status").asString()).isEqualTo("OFFLINE");
        assertThat(camera.path("rtsp_url").asString()).isEmpty();
        assertThat(camera.path("metadata").toString()).isEqualTo("{}");
        assertThat(camera.path("ptz_enabled").asBoolean()).isFalse();
        assertThat(camera.has("location")).isFalse();
    }

    @Test
    void unknownCamerasAreNotFound() {
        error(get(at("nobody/knows")), 404, "Camera not found");
        error(put("nobody", row("nobody", "")), 404, "Camera not found");
        error(call(stack.first, true, "DELETE", at("nobody"), Map.of(), ""), 404, "Camera not found");
        error(ptz(stack.first, "nobody", AS_JSON, "{\"command\":\"home\",\"user_id\":\"u\"}"), 404, "Camera not found");
        assertThat(get("/api/v1/unknown").json().path("error").isString()).isTrue();
    }

    @Test
    void camerasAreListedInTheOrderOfTheirIdsByAgencyStatusAndNameInPages() {
        String agency = "LIST_" + UUID.randomUUID();
        List<String> ids = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String id = agency + "-" + (char) ('e' - i);
            ids.addFirst(id);
            rows.add("{\"id\":\"%s\",\"name\":\"Gate %d\",\"name_ar\":\"%s\",\"source\":\"%s\",\"status\":\"%s\"}"
                    .formatted(
                            id, i, i == 0 ? "مَدْخَلُ أحمد الرئيسيّة" : "بوابه", agency, i < 2 ? "ONLINE" : "ERROR"));
        }
        assertThat(importJson(rows(rows.toArray(String[]::new))).status()).isEqualTo(200);
        String all = "?source=" + agency;

        assertThat(listed(all)).isEqualTo(ids);
        assertThat(listed(all + "&limit=2&offset=1")).isEqualTo(ids.subList(1, 3));
        JsonNode page = get(CAMERAS + all + "&limit=2&offset=4").json();
        assertThat(page.path("count").asInt()).isEqualTo(1);
        assertThat(page.path("total").asInt()).isEqualTo(5);
        assertThat(page.propertyNames()).containsExactly("cameras", "count", "total");
        assertThat(listed(all + "&status=ONLINE")).isEqualTo(ids.subList(3, 5));
        assertThat(listed(all + "&search=gAtE%203")).containsExactly(ids.get(1));
        assertThat(listed(all + "&search=" + URLEncoder.encode("احمد الرئيسيه", StandardCharsets.UTF_8)))
                .containsExactly(ids.get(4));
        assertThat(listed(all + "&search=" + URLEncoder.encode("بوابة", StandardCharsets.UTF_8)))
                .hasSize(4);
        assertThat(listed(all + "&search=nothing")).isEmpty();
        assertThat(listed("?source=nobody&limit=&offset=")).isEmpty();
    }

    private List<String> listed(String query) {
        Reply reply = get(CAMERAS + query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        reply.json().path("cameras").forEach(camera -> ids.add(camera.path("id").asString()));
        return ids;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    limit=0       | limit must be 1 to 1000
                    limit=1001    | limit must be 1 to 1000
                    limit=ten     | limit must be 1 to 1000
                    offset=-1     | offset must be 0 or more
                    status=online | status must be one of ONLINE, OFFLINE, ERROR
                    """)
    void aListCannotBeAskedForAnything(String query, String words) {
        error(get(CAMERAS + "?" + query), 400, words);
    }

    @Test
    void onlyAdminsChangeTheCatalogueAndNobodyReadsItWithoutAToken() {
        String id = imported("");
        error(call(stack.first, false, "POST", IMPORT, AS_JSON, rows(row(id(), ""))), 403, "Forbidden");
        error(call(stack.first, false, "PUT", at(id), AS_JSON, row(id, "")), 403, "Forbidden");
        error(call(stack.first, false, "DELETE", at(id), Map.of(), ""), 403, "Forbidden");
        assertThat(get(at(id)).status()).isEqualTo(200);
        for (String token : new String[] {null, "no token"}) {
            HttpResponse<String> refused = stack.ask(stack.first, "GET", CAMERAS, token, Map.of(), null);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.body()).isEqualTo("{\"error\":\"Unauthorized\"}");
        }
    }

    @Test
    void aReplacementReplacesTheWholeCameraAndIsReadAtOnce() {
        String id = imported(",\"recording_server\":\"rec-1\",\"location\":{\"address\":\"x\"}");
        JsonNode before = get(at(id)).json();

        Reply reply = put(id, "{\"name\":\"Other\",\"source\":\"BUS\",\"status\":\"ERROR\"}");

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        JsonNode after = get(at(id)).json();
        assertThat(after).isEqualTo(reply.json());
        assertThat(after.path("name").asString()).isEqualTo("Other");
        assertThat(after.path("source").asString()).isEqualTo("BUS");
        assertThat(after.path("recording_server").asString()).isEmpty();
        assertThat(after.has("location")).isFalse();
        assertThat(after.path("created_at")).isEqualTo(before.path("created_at"));
        assertThat(records(Topics.CAMERA_EVENTS, it -> it.getCameraId().equals(id)))
                .extracting(CameraEvent::getAgencyLeft)
                .as("its reservations can be ended")
                .containsExactly("", "METRO");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"source":"M"}                                | name is required
                    {"name":"n"}                                  | source is required
                    {"name":"n","source":" "}                     | source is required
                    {"name":"n","source":"M","id":"other"}        | id must be that of the path, or absent
                    {"name":7,"source":"M"}                       | name must be a string
                    {"name":"\\ud800","source":"M"}               | name must be text: it has half of a character
                    {"name":"n","source":"M","status":"on"}       | status must be one of ONLINE, OFFLINE, ERROR
                    {"name":"n","source":"M","ptz_enabled":"yes"} | ptz_enabled must be true or false
                    {"name":"n","source":"M","metadata":[]}       | metadata must be a JSON object of at most 64 KiB
                    {"name":"n","source":"M","location":7}        | location must be an object
                    {"name":"n","source":"M","location":{"latitude":91}} | latitude must be a number from -90 to 90
                    {"name":"n","source":"M","rtsp_url":"rtsp://***:***@cam/1"} | rtsp_url is masked, and no stored credentials fit it
                    {"name":"n","source":"M","rtsp_url":"rtsp://***:***@cam/1?password=x"} | rtsp_url must have all of its credentials masked, or none
                    {"name":"n","source":"M","metadata":{"onvif_url":"http://a:b@cam/"}} | metadata.onvif_url must hold no credentials: those of rtsp_url are used
                    not json                                      | Invalid request body
                    []                                            | Invalid request body
                    """)
    void aReplacementThatIsWrongIsToldWhy(String body, String words) {
        error(put(imported(""), body), 400, words);
    }

    @Test
    void aBodyOfTheWrongKindOrSizeIsRefused() {
        String id = imported("");
        assertThat(call(stack.first, true, "PUT", at(id), AS_CSV, row(id, "")).status())
                .isEqualTo(415);
        assertThat(call(stack.first, true, "POST", IMPORT, Map.of("Content-Type", "text/plain"), "x")
                        .status())
                .isEqualTo(415);
        String metadata = ",\"metadata\":{\"a\":\"" + "x".repeat(64 * 1024) + "\"}";
        error(put(id, row(id, metadata)), 400, "metadata must be a JSON object of at most 64 KiB");
        Reply tooLong = put(id, row(id, ",\"x\":\"" + "x".repeat(1024 * 1024) + "\""));
        assertThat(tooLong.status()).isEqualTo(413);
        assertThat(tooLong.json().path("error").isString()).isTrue();
    }

    @Test
    void aMaskedAddressKeepsTheStoredCredentialsAndTheyOpenTheCamera() {
        try (TestCamera camera = TestCamera.start("admin", "pa55")) {
            String onvif = ",\"ptz_enabled\":true,\"metadata\":{\"onvif_url\":\"" + camera.url() + "\"}";
            String id = imported(",\"rtsp_url\":\"rtsp://admin:pa55@10.0.0.7/1\"" + onvif);

            Reply kept = put(id, row(id, ",\"rtsp_url\":\"rtsp://***:***@10.0.0.7/2\"" + onvif));

            assertThat(kept.json().path("rtsp_url").asString()).isEqualTo("rtsp://***:***@10.0.0.7/2");
            String home = "{\"command\":\"home\",\"user_id\":\"u\"}";
            assertThat(ptz(stack.first, id, AS_JSON, home).status()).isEqualTo(200);
            assertThat(put(id, row(id, ",\"rtsp_url\":\"rtsp://admin:other@10.0.0.7/2\"" + onvif))
                            .status())
                    .isEqualTo(200);
            error(ptz(stack.first, id, AS_JSON, home), 502, "Failed to control PTZ");
        }
    }

    @Test
    void aRemovedCameraIsGoneAtOnceAndItsReservationsCanBeEnded() {
        String id = imported("");
        Map<String, String> key = Map.of("Idempotency-Key", "remove, " + id);

        Reply removed = call(stack.first, true, "DELETE", at(id), key, "");

        assertThat(removed.status()).isEqualTo(204);
        assertThat(removed.body()).isEmpty();
        error(get(at(id)), 404, "Camera not found");
        assertThat(call(stack.second, true, "DELETE", at(id), key, "").status()).isEqualTo(204);
        error(call(stack.first, true, "DELETE", at(id), Map.of(), ""), 404, "Camera not found");
        assertThat(records(
                        Topics.CAMERA_EVENTS,
                        it -> it.getCameraId().equals(id) && !it.getAgencyLeft().isEmpty()))
                .extracting(CameraEvent::getAgencyLeft)
                .containsExactly("METRO");
    }

    @Test
    void anotherTeamsChangeOfStatusIsSeenByEveryInstance() throws Exception {
        String id = imported("");
        CommandHeader header = CommandHeader.newBuilder()
                .setCommandId(UUID.randomUUID().toString())
                .setIssuedAt(Instant.now())
                .setAuthor("metro's own system")
                .build();
        CameraCommand command = CameraCommands.setStatus(header, id, CameraStatus.ONLINE);
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", stack.kafka.bootstrapServers()),
                new StringSerializer(),
                new AvroSerde<>(Topics.CAMERA_COMMANDS, stack.registry))) {
            producer.send(new ProducerRecord<>(Topics.CAMERA_COMMANDS.name(), id, command))
                    .get(10, TimeUnit.SECONDS);
        }

        for (Instance instance : List.of(stack.first, stack.second)) {
            await().atMost(TwoInstances.PATIENCE)
                    .untilAsserted(() -> assertThat(call(instance, false, "GET", at(id), Map.of(), "")
                                    .json()
                                    .path("status")
                                    .asString())
                            .isEqualTo("ONLINE"));
        }
    }

    @Test
    void rowsThatAreWrongAreToldAndDoNotKeepTheOthersOut() {
        String good = id();
        String again = id();

        Reply reply = importJson(rows(
                row(good, ""),
                "7",
                row("", ""),
                "{\"id\":\"x\",\"name\":\"n\"}",
                row("y", ",\"status\":\"on\""),
                row("z".repeat(129), ""),
                row(again, ""),
                row(again, ",\"status\":\"ERROR\""),
                row("masked-" + good, ",\"rtsp_url\":\"rtsp://***:***@cam/1\"")));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"imported\":3,\"failed\":6,\"errors\":["
                        + "{\"index\":1,\"id\":\"\",\"error\":\"must be an object\"},"
                        + "{\"index\":2,\"id\":\"\",\"error\":\"id is required\"},"
                        + "{\"index\":3,\"id\":\"x\",\"error\":\"source is required\"},"
                        + "{\"index\":4,\"id\":\"y\",\"error\":\"status must be one of ONLINE, OFFLINE, ERROR\"},"
                        + "{\"index\":5,\"id\":\"" + "z".repeat(129)
                        + "\",\"error\":\"id must have at most 128 characters\"},"
                        + "{\"index\":8,\"id\":\"masked-" + good
                        + "\",\"error\":\"rtsp_url is masked, and no stored credentials fit it\"}]}");
        assertThat(get(at(again)).json().path("status").asString())
                .as("the last of two wins")
                .isEqualTo("ERROR");
    }

    @Test
    void anImportWithoutAGoodRowIsRefused() {
        Reply none = importJson(rows("{}"));
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.body())
                .isEqualTo("{\"error\":\"No camera was imported\",\"imported\":0,\"failed\":1,"
                        + "\"errors\":[{\"index\":0,\"id\":\"\",\"error\":\"id is required\"}]}");
        assertThat(importJson("{\"cameras\":[]}").status()).isEqualTo(400);
        error(importJson("{}"), 400, "cameras is required");
        error(importJson("{\"cameras\":{}}"), 400, "cameras must be an array");
        String good = id();
        for (String malformed : List.of("[]", "{", "{\"cameras\":[" + row(good, "") + "]", rows(row(good, "")) + "x")) {
            error(importJson(malformed), 400, "Invalid request body");
        }
        assertThat(get(at(good)).status()).as("nothing of a malformed body").isEqualTo(404);
    }

    @Test
    void camerasComeAsCsvToo() {
        String one = id();
        String two = id();
        Reply reply = importCsv("\uFEFF" + """
                id,name,source,name_ar,status,ptz_enabled,latitude,longitude,address,address_ar,metadata,other
                %s,"Gate, ""main\""",METRO,بوابة,ONLINE,1,25.2,55.3,a street,شارع,"{""floor"": 2}",x
                %s,Gate,METRO

                c,Gate,METRO,,,,north
                d,Gate,METRO,,,,,,,,not json
                ,Gate,METRO
                """.formatted(one, two));

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"imported\":2,\"failed\":3,\"errors\":["
                        + "{\"index\":2,\"id\":\"c\",\"error\":\"latitude must be a number from -90 to 90\"},"
                        + "{\"index\":3,\"id\":\"d\",\"error\":\"metadata must be a JSON object of at most 64 KiB\"},"
                        + "{\"index\":4,\"id\":\"\",\"error\":\"id is required\"}]}");
        JsonNode camera = get(at(one)).json();
        assertThat(camera.path("name").asString()).isEqualTo("Gate, \"main\"");
        assertThat(camera.path("ptz_enabled").asBoolean()).isTrue();
        assertThat(camera.path("metadata").toString()).isEqualTo("{\"floor\":2}");
        assertThat(camera.path("location").toString())
                .isEqualTo("{\"latitude\":25.2,\"longitude\":55.3,\"address\":\"a street\",\"address_ar\":\"شارع\"}");
        assertThat(get(at(two)).json().has("location")).isFalse();
        error(importCsv("id,name,source\n\"a,b,c"), 400, "Invalid request body");
    }

    @Test
    void tenThousandCamerasComeInOneGoAndNotOneMore() {
        String agency = "MANY_" + UUID.randomUUID();
        // Some nine megabytes: more than other bodies may have.
        String address = "x".repeat(780);
        var csv = new StringBuilder("id,name,source,rtsp_url,address\n");
        for (int i = 0; i < 10_000; i++) {
            csv.append(agency)
                    .append('-')
                    .append(i)
                    .append(",Gate ")
                    .append(i)
                    .append(',')
                    .append(agency);
            csv.append(",rtsp://admin:pa55@10.0.0.7/")
                    .append(i)
                    .append(',')
                    .append(address)
                    .append('\n');
        }
        assertThat(csv.length()).isBetween(8 * 1024 * 1024, 10 * 1024 * 1024);
        long from = System.nanoTime();

        Reply reply = importCsv(csv.toString());

        assertThat(reply.body()).isEqualTo("{\"imported\":10000,\"failed\":0,\"errors\":[]}");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(60));
        JsonNode page =
                get(CAMERAS + "?limit=1000&offset=9500&source=" + agency).json();
        assertThat(page.path("count").asInt()).isEqualTo(500);
        assertThat(page.path("total").asInt()).isEqualTo(10_000);
        error(importCsv(csv + "one-more,Gate,METRO\n"), 413, "At most 10000 cameras can be imported at once");
        error(get(at("one-more")), 404, "Camera not found");
        String long10 = "id,name,source\n" + "a,b,c\n".repeat(2 * 1024 * 1024);
        assertThat(importCsv(long10).status()).isEqualTo(413);
    }

    @Test
    void anImportIsDoneOnceUnderItsKeyAndTheKeyIsForItsBodyOnly() {
        String id = id();
        String other = id();
        Map<String, String> headers = Map.of("Content-Type", "application/json", "Idempotency-Key", "import, " + id);
        String body = rows(row(id, ""), "7");
        Reply one = call(stack.first, true, "POST", IMPORT, headers, body);
        put(id, row(id, ",\"status\":\"ERROR\""));

        Reply again = call(stack.second, true, "POST", IMPORT, headers, body);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(one.body());
        assertThat(get(at(id)).json().path("status").asString()).isEqualTo("ERROR");
        Reply reused = call(stack.second, true, "POST", IMPORT, headers, rows(row(other, "")));
        assertThat(reused.status()).isEqualTo(422);
        assertThat(reused.json().path("error").isString()).isTrue();
        error(get(at(other)), 404, "Camera not found");
    }

    @Test
    void aCameraIsMovedByOnvifAndAllOfItIsWrittenDown() {
        try (TestCamera camera = TestCamera.start("admin", "pa55")) {
            String id = imported(",\"rtsp_url\":\"rtsp://admin:pa55@10.0.0.7/1\",\"ptz_enabled\":true,"
                    + "\"metadata\":{\"onvif_url\":\"" + camera.url() + "\",\"onvif_profile\":\"p\"}");

            Reply moved = ptz(
                    stack.first, id, AS_JSON, "{\"command\":\"pan_left\",\"speed\":0.25,\"user_id\":\"operator-1\"}");
            Reply preset =
                    ptz(stack.first, id, AS_JSON, "{\"command\":\"preset\",\"preset_id\":256,\"user_id\":\"u\"}");
            camera.refuse("NoProfile");
            Reply refused = ptz(stack.first, id, AS_JSON, "{\"command\":\"stop\",\"user_id\":\"u\"}");
            camera.keepSilent();
            Reply silent = ptz(stack.first, id, AS_JSON, "{\"command\":\"stop\",\"user_id\":\"u\"}");

            assertThat(moved.status()).isEqualTo(200);
            assertThat(moved.body()).isEqualTo("{\"status\":\"success\",\"message\":\"PTZ command executed\"}");
            assertThat(preset.status()).isEqualTo(200);
            error(refused, 502, "Failed to control PTZ");
            error(silent, 504, "Camera did not answer");
            assertThat(camera.moves())
                    .containsExactly(
                            "ContinuousMove ProfileToken=p PanTilt=-0.25,0.0 Timeout=PT10S",
                            "GotoPreset ProfileToken=p PresetToken=256",
                            "Stop ProfileToken=p PanTilt=true Zoom=true");
            List<PtzEvent> events =
                    records(Topics.PTZ_EVENTS, it -> it.getCameraId().equals(id));
            assertThat(events)
                    .extracting(PtzEvent::getType)
                    .containsExactly(
                            PtzEventType.PTZ_REQUESTED,
                            PtzEventType.PTZ_EXECUTED,
                            PtzEventType.PTZ_REQUESTED,
                            PtzEventType.PTZ_EXECUTED,
                            PtzEventType.PTZ_REQUESTED,
                            PtzEventType.PTZ_FAILED,
                            PtzEventType.PTZ_REQUESTED,
                            PtzEventType.PTZ_TIMED_OUT);
            PtzEvent executed = events.get(1);
            assertThat(executed.getCommandId()).isEqualTo(events.getFirst().getCommandId());
            assertThat(executed.getAuthor()).isEqualTo("ann");
            assertThat(executed.getUserId()).isEqualTo("operator-1");
            assertThat(executed.getCommand()).isEqualTo("pan_left");
            assertThat(executed.getSpeed()).isEqualTo(0.25);
            assertThat(executed.getDriver()).isEqualTo("onvif");
            assertThat(executed.getAgency()).isEqualTo("METRO");
            assertThat(executed.getOccurredAt()).isAfter(Instant.now().minusSeconds(60));
        }
    }

    @Test
    void aPlaceThatNoDoubleHoldsIsTheFieldsOwnMistakeAndKeepsNoOtherRowOut() {
        String id = id();
        String far = ",\"location\":{\"latitude\":" + LONG + "}";
        error(put(id, row(id, far)), 400, "latitude must be a number from -90 to 90");
        Reply reply = importJson(rows(row(id, ""), row("far", far), row(id(), "")));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("imported").asInt()).isEqualTo(2);
        assertThat(reply.json().path("errors").toString())
                .isEqualTo("[{\"index\":1,\"id\":\"far\",\"error\":\"latitude must be a number from -90 to 90\"}]");
    }

    @Test
    void aCameraWithoutMotorsOrWithoutADriverIsSaidSo() {
        String onvif = ",\"metadata\":{\"onvif_url\":\"http://127.0.0.1:1/\"}";
        String home = "{\"command\":\"home\",\"user_id\":\"u\"}";
        error(ptz(stack.first, imported(onvif), AS_JSON, home), 409, "Camera does not support PTZ");
        error(ptz(stack.first, imported(",\"ptz_enabled\":true"), AS_JSON, home), 409, "Camera does not support PTZ");
        String id = imported(",\"ptz_enabled\":true" + onvif);
        await().atMost(TwoInstances.PATIENCE)
                .untilAsserted(() -> error(ptz(stack.second, id, AS_JSON, home), 409, "Camera does not support PTZ"));
        assertThat(records(Topics.PTZ_EVENTS, it -> it.getCameraId().equals(id)))
                .extracting(PtzEvent::getType)
                .containsExactly(PtzEventType.PTZ_REQUESTED, PtzEventType.PTZ_REFUSED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"command":"jump","user_id":"u"}                   | Invalid PTZ command
                    {"user_id":"u"}                                    | Invalid PTZ command
                    {"command":7,"user_id":"u"}                        | Invalid PTZ command
                    {"command":"home"}                                 | user_id is required
                    {"command":"home","user_id":""}                    | user_id is required
                    {"command":"pan_left","speed":1.1,"user_id":"u"}   | speed must be a number from 0 to 1
                    {"command":"pan_left","speed":-0.1,"user_id":"u"}  | speed must be a number from 0 to 1
                    {"command":"pan_left","speed":"a","user_id":"u"}   | speed must be a number from 0 to 1
                    {"command":"pan_left","speed":<long>,"user_id":"u"} | speed must be a number from 0 to 1
                    {"command":"preset","preset_id":<long>,"user_id":"u"} | preset_id must be a whole number from 1 to 256
                    {"command":"preset","user_id":"u"}                 | preset_id is required for preset
                    {"command":"preset","preset_id":0,"user_id":"u"}   | preset_id must be a whole number from 1 to 256
                    {"command":"preset","preset_id":257,"user_id":"u"} | preset_id must be a whole number from 1 to 256
                    {"command":"preset","preset_id":1.5,"user_id":"u"} | preset_id must be a whole number from 1 to 256
                    no json                                            | Invalid request body
                    []                                                 | Invalid request body
                    """)
    void aPtzCommandThatIsWrongIsToldWhy(String body, String words) {
        error(ptz(stack.first, "any", AS_JSON, body.replace("<long>", LONG)), 400, words);
    }

    @Test
    void aCameraIsMovedOnceUnderAKeyAlsoWhileTheFirstRequestIsRunning() {
        try (TestCamera camera = TestCamera.start("admin", "pa55")) {
            String id = imported(",\"rtsp_url\":\"rtsp://admin:pa55@10.0.0.7/1\",\"ptz_enabled\":true,"
                    + "\"metadata\":{\"onvif_url\":\"" + camera.url() + "\"}");
            await().atMost(TwoInstances.PATIENCE)
                    .untilAsserted(() -> assertThat(call(stack.second, false, "GET", at(id), Map.of(), "")
                                    .status())
                            .isEqualTo(200));
            Map<String, String> headers = Map.of("Content-Type", "application/json", "Idempotency-Key", "move, " + id);
            String body = "{\"command\":\"tilt_up\",\"user_id\":\"u\"}";
            List<CompletableFuture<Reply>> asked = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                asked.add(CompletableFuture.supplyAsync(() -> ptz(stack.first, id, headers, body)));
            }
            List<Reply> replies = asked.stream().map(CompletableFuture::join).toList();

            assertThat(replies).extracting(Reply::status).containsOnly(200);
            assertThat(ptz(stack.second, id, headers, body).body())
                    .as("the other instance has no driver, but knows what the first one did")
                    .isEqualTo(replies.getFirst().body());
            assertThat(camera.moves()).hasSize(1);
            assertThat(ptz(stack.first, id, headers, "{\"command\":\"tilt_down\",\"user_id\":\"u\"}")
                            .status())
                    .isEqualTo(422);
            camera.refuse("NoProfile");
            Map<String, String> another = Map.of("Content-Type", "application/json", "Idempotency-Key", "again " + id);
            error(ptz(stack.first, id, another, body), 502, "Failed to control PTZ");
            camera.refuse("");
            error(ptz(stack.first, id, another, body), 502, "Failed to control PTZ");
            assertThat(camera.moves()).hasSize(2);
        }
    }

    /** Nothing moves that cannot be written down before; then the key is as good as new. */
    @Test
    void aKeyIsNotUsedUpWhereNothingHasMoved() throws Exception {
        try (TestCamera camera = TestCamera.start("admin", "pa55")) {
            String id = imported(",\"rtsp_url\":\"rtsp://admin:pa55@10.0.0.7/1\",\"ptz_enabled\":true,"
                    + "\"metadata\":{\"onvif_url\":\"" + camera.url() + "\"}");
            Map<String, String> key = Map.of("Content-Type", "application/json", "Idempotency-Key", "full " + id);
            String body = "{\"command\":\"tilt_up\",\"user_id\":\"u\"}";
            int moves;
            longestRecord(Topics.PTZ_EVENTS, "1");
            try {
                await().atMost(TwoInstances.PATIENCE)
                        .until(() -> ptz(stack.first, id, AS_JSON, body).status() == 503);
                moves = camera.moves().size();
                assertThat(ptz(stack.first, id, key, body).status()).isEqualTo(503);
            } finally {
                longestRecord(Topics.PTZ_EVENTS, "1048588");
            }
            await().atMost(TwoInstances.PATIENCE)
                    .until(() -> ptz(stack.first, id, AS_JSON, body).status() == 200);
            assertThat(camera.moves()).hasSize(moves + 1);

            assertThat(ptz(stack.first, id, key, body).status()).isEqualTo(200);
            assertThat(ptz(stack.first, id, key, body).status()).isEqualTo(200);
            assertThat(camera.moves()).hasSize(moves + 2);
        }
    }

    private void longestRecord(Topic<?> topic, String bytes) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", stack.kafka.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic.name()),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void theApiDocumentsTellOfAllOfIt() {
        Reply reply = get("/v3/api-docs");
        assertThat(reply.status()).isEqualTo(200);
        JsonNode paths = reply.json().path("paths");
        assertThat(paths.path(CAMERAS + "/{id}").propertyNames()).containsExactlyInAnyOrder("get", "put", "delete");
        assertThat(paths.path(CAMERAS).propertyNames()).containsExactly("get");
        assertThat(paths.path(CAMERAS + "/{id}/ptz").propertyNames()).containsExactly("post");
        assertThat(paths.path(IMPORT)
                        .path("post")
                        .path("requestBody")
                        .path("content")
                        .propertyNames())
                .containsExactlyInAnyOrder("application/json", "text/csv");
        for (JsonNode keyed : List.of(
                paths.path(IMPORT).path("post"),
                paths.path(CAMERAS + "/{id}").path("delete"),
                paths.path(CAMERAS + "/{id}/ptz").path("post"))) {
            assertThat(keyed.path("parameters").toString()).contains("\"Idempotency-Key\"");
        }
        assertThat(reply.json().path("components").path("schemas").propertyNames())
                .contains("Camera", "Cameras", "CameraImport", "CameraImportResult", "PtzCommand");
    }

    @Test
    void noTopicHoldsACamerasCredentials() {
        String password = "hidden" + UUID.randomUUID();
        String id = imported(",\"rtsp_url\":\"rtsp://admin:" + password + "@10.0.0.7/1?token=" + password + "\"");
        String masked = put(id, row(id, ",\"rtsp_url\":\"rtsp://admin:" + password + "@10.0.0.7/2\""))
                .body();
        put(id, row(id, ",\"rtsp_url\":\"rtsp://admin:a/" + password + "@10.0.0.7/2\""));
        importCsv("id,name,source,rtsp_url\n" + id + ",n,M,rtsp://cam/?password=" + password + "\n");

        assertThat(masked).doesNotContain(password);
        assertThat(get(at(id)).body()).doesNotContain(password);
        List<Map.Entry<String, String>> everything = stack.everything();
        assertThat(everything).anySatisfy(it -> assertThat(it.getValue()).contains(id));
        assertThat(everything).allSatisfy(it -> assertThat(it.getValue()).doesNotContain(password));
    }
}
