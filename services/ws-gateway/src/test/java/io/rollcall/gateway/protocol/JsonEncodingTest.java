package io.rollcall.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.StreamPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class JsonEncodingTest {

    private static final StreamPosition AT_7 = new StreamPosition("e", 7);

    @Test
    void aConnectReplySaysWhatTheSdkNeeds() {
        assertThat(encode(new Reply.Connected(1, "c1", "v", null, Duration.ofSeconds(25), Map.of())))
                .isEqualTo("{\"id\":1,\"connect\":{\"client\":\"c1\",\"version\":\"v\",\"ping\":25,\"pong\":true}}");
    }

    @Test
    void anExpiringConnectionSaysWhen() {
        assertThat(encode(new Reply.Connected(
                        1,
                        "c1",
                        "v",
                        Duration.ofMillis(400),
                        Duration.ofSeconds(25),
                        Map.of("a", new Reply.Subscription(null, AT_7, false, false, List.of())))))
                .isEqualTo("{\"id\":1,\"connect\":{\"client\":\"c1\",\"version\":\"v\",\"expires\":true,\"ttl\":1,"
                        + "\"subs\":{\"a\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":7}},"
                        + "\"ping\":25,\"pong\":true}}");
    }

    @Test
    void zeroIsLeftOut() {
        assertThat(encode(new Reply.Subscribed(
                        2, new Reply.Subscription(null, new StreamPosition("e", 0), false, false, List.of()))))
                .isEqualTo("{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\"}}");
    }

    @Test
    void aRecoveryCarriesWhatWasMissed() {
        assertThat(encode(new Reply.Subscribed(
                        2,
                        new Reply.Subscription(
                                null, AT_7, true, true, List.of(publication(8, "{\"a\":1}"), publication(9, "2"))))))
                .isEqualTo(
                        "{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":7,"
                                + "\"publications\":[{\"data\":{\"a\":1},\"offset\":8},{\"data\":2,\"offset\":9}],"
                                + "\"was_recovering\":true,\"recovered\":true}}");
    }

    @Test
    void emptyResultsAreThere() {
        assertThat(encode(new Reply.Unsubscribed(3))).isEqualTo("{\"id\":3,\"unsubscribe\":{}}");
        assertThat(encode(new Reply.Ponged(4))).isEqualTo("{\"id\":4,\"ping\":{}}");
        assertThat(encode(new Reply.Ping())).isEqualTo("{}");
    }

    @Test
    void anErrorSaysWhetherToTryAgain() {
        assertThat(encode(new Reply.Failed(5, ErrorCode.INTERNAL)))
                .isEqualTo(
                        "{\"id\":5,\"error\":{\"code\":100,\"message\":\"internal server error\",\"temporary\":true}}");
        assertThat(encode(new Reply.Failed(5, ErrorCode.UNKNOWN_CHANNEL)))
                .isEqualTo("{\"id\":5,\"error\":{\"code\":102,\"message\":\"unknown channel\"}}");
    }

    @Test
    void pushesNameTheirChannel() {
        assertThat(encode(new Reply.PublicationPush("rooms:*", publication(8, "{}"))))
                .isEqualTo("{\"push\":{\"channel\":\"rooms:*\",\"pub\":{\"data\":{},\"offset\":8}}}");
        assertThat(encode(new Reply.UnsubscribePush("x", UnsubscribeCode.INSUFFICIENT_STATE)))
                .isEqualTo("{\"push\":{\"channel\":\"x\",\"unsubscribe\":"
                        + "{\"code\":2500,\"reason\":\"insufficient state\"}}}");
    }

    @Test
    void historySaysWhereTheStreamStands() {
        assertThat(encode(new Reply.HistoryRead(6, List.of(publication(7, "1")), AT_7)))
                .isEqualTo("{\"id\":6,\"history\":{\"publications\":[{\"data\":1,\"offset\":7}],"
                        + "\"epoch\":\"e\",\"offset\":7}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "with \"quotes\" and \\ and /",
                "line\nbreak\r\ttab \u0000 \u001f",
                "\u05e2\u05d1\u05e8\u05d9\u05ea \u200f \u4f1a\u8bae \ud83d\ude00",
                ""
            })
    void anyTextSurvivesAndStaysOnOneLine(String text) {
        byte[] json = new JsonBytes(4)
                .beginObject()
                .name(text + "!")
                .string(text)
                .endObject()
                .toBytes();

        assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\n");
        assertThat(new JsonMapper().readTree(json).path(text + "!").asString()).isEqualTo(text);
    }

    @Test
    void halfACharacterIsWrittenAsAnEscape() {
        assertThat(new String(new JsonBytes(4).string("a\ud83d").toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("\"a\\ud83d\"");
    }

    private static Publication publication(long offset, String data) {
        return new Publication(offset, data.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static String encode(Reply reply) {
        return new String(new JsonEncoding().encode(reply), StandardCharsets.UTF_8);
    }
}
