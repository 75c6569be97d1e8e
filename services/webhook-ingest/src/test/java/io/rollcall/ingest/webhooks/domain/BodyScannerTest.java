package io.rollcall.ingest.webhooks.domain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.ingest.Capture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class BodyScannerTest {

    private static final JsonMapper JACKSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(JsonScanner.MAX_DEPTH)
                            .build())
                    .build())
            .build();

    static List<Capture> deliveries() {
        return Capture.all();
    }

    @ParameterizedTest
    @MethodSource("deliveries")
    void readsWhatLivekitSendsAndTakesThePasswordOut(Capture delivery) {
        JsonNode tree = JACKSON.readTree(delivery.body());

        Webhook webhook = event(delivery.body());

        assertThat(webhook.event()).isEqualTo(tree.path("event").asString(""));
        assertThat(webhook.eventId()).isEqualTo(tree.path("id").asString(""));
        assertThat(webhook.createdAtSeconds()).isEqualTo(tree.path("createdAt").asLong());
        assertThat(webhook.roomName()).isEqualTo(tree.path("room").path("name").asString(""));
        assertThat(webhook.roomSid()).isEqualTo(tree.path("room").path("sid").asString(""));
        assertThat(webhook.participantSid())
                .isEqualTo(tree.path("participant").path("sid").asString(""));
        assertThat(webhook.identity())
                .isEqualTo(tree.path("participant").path("identity").asString(""));
        assertThat(new String(webhook.payload(), UTF_8))
                .isEqualTo(new String(delivery.body(), UTF_8).replaceAll(", \"turnPassword\":\"[^\"]*\"", ""))
                .doesNotContain("turnPassword");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'event':'x','turnPassword':'p'} | {'event':'x'}",
                "{'turnPassword':'p','event':'x'} | {'event':'x'}",
                "{'turnPassword' : 'p' , 'turnPassword':{'a':['}',1,null]} , 'event':'x'} | {  'event':'x'}",
                "{'event':'x', 'turnPassword':1, 'turnPassword':2, 'id':'i'} | {'event':'x', 'id':'i'}",
                "{'event':'x','a':{'turnPassword':'p'}} | {'event':'x','a':{}}",
                "{'event':'x','a':{'turnPassword':'p','turnPassword':'q'}} | {'event':'x','a':{}}",
                "{'event':'x','a':[{'b':{'turnPassword':'p', 'c':1}}]} | {'event':'x','a':[{'b':{ 'c':1}}]}",
                "{'event':'x','turn\\u0050assword':'p'} | {'event':'x'}",
                "{'event':'x','\\u0074urn\\u0050assword':[[]],'b':2} | {'event':'x','b':2}",
                "{'event':'x','turn_password':'p'} | {'event':'x'}",
                "{'event':'x','turnpassword':'kept','a':'turnPassword'} | {'event':'x','turnpassword':'kept','a':'turnPassword'}",
                "{'event':'x','ingressInfo':{'ingressId':'IN_1','streamKey':'k','url':'u'}} | {'event':'x','ingressInfo':{'ingressId':'IN_1','url':'u'}}",
                "{'event':'x','ingressInfo':{'stream_key':'k','state':{'stream\\u004bey':'k'}}} | {'event':'x','ingressInfo':{'state':{}}}",
                "{'event':'x','participant':{'attributes':{'streamKey':'own'}},'streamKey':1} | {'event':'x','participant':{'attributes':{'streamKey':'own'}},'streamKey':1}",
                "{'event':'x','ingressInfo':{'streamKey':'k'},'room':{'streamKey':'own'}} | {'event':'x','ingressInfo':{},'room':{'streamKey':'own'}}",
                "{'event':'x','metadata':'{\\'turnPassword\\':1}'} | {'event':'x','metadata':'{\\'turnPassword\\':1}'}",
            },
            quoteCharacter = '`')
    void takesEverySecretOutAndLeavesTheRestAsItWas(String body, String kept) {
        Webhook webhook = event(json(body));

        assertThat(new String(webhook.payload(), UTF_8)).isEqualTo(kept.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "7",
                "'event'",
                "{",
                "{'event'}",
                "{'event':}",
                "{'event':'x'",
                "{'event':'x',}",
                "{,'event':'x'}",
                "{'event':'x' 'id':'y'}",
                "{'event':'x'}}",
                "{'event':'x'} {}",
                "{'event':'x','a':[1,]}",
                "{'event':'x','a':[1}",
                "{'event':'x','a':01}",
                "{'event':'x','a':1.}",
                "{'event':'x','a':+1}",
                "{'event':'x','a':1e}",
                "{'event':'x','a':-}",
                "{'event':'x','a':tru}",
                "{'event':'x','a':nul",
                "{'event':'x','a':'\\x'}",
                "{'event':'x','a':'\\u12g4'}",
                "{'event':'x','a':'\\u12",
                "{'event':'x','a':'\t'}",
                "{event:'x'}",
                "{'event':NaN}",
                "{'id':'no event'}",
                "{'event':7}",
                "{'event':{'event':'x'}}",
                "\uFEFF{'event':'x'}",
            })
    void saysWhatIsNoEvent(String body) {
        assertThat(BodyScanner.scan(json(body))).isInstanceOf(Scan.Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0af",
                "80",
                "c3",
                "c328",
                "e0809f",
                "eda080",
                "f0808080",
                "f4908080",
                "f5808080",
                "ff",
                "e282",
                "f09f98"
            })
    void refusesWhatIsNotUtf8(String hex) {
        byte[] head = json("{'event':'x','a':'");
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        byte[] tail = json("'}");

        Scan scan = BodyScanner.scan(concat(head, bad, tail));

        assertThat(scan).isEqualTo(new Scan.Unreadable("not UTF-8", null));
    }

    @Test
    void keepsEveryCharacterOfAName() {
        String name = "caf\u00e9 \u202e\u05d0 \ud83d\ude00 / # %20 \" \\";

        byte[] body =
                "{\"event\":\"x\",\"room\":{\"name\":\"caf\\u00e9 \u202e\u05d0 \ud83d\ude00 \\/ # %20 \\\" \\\\\"}}"
                        .getBytes(UTF_8);

        Webhook webhook = event(body);

        assertThat(webhook.key()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'event':'x','room':{'name':'n','sid':'s'},'participant':{'identity':'i'}} | n",
                "{'event':'x','room':{'name':'','sid':'s'},'participant':{'identity':'i'}} | s",
                "{'event':'x','egressInfo':{'egressId':'e','roomId':'s','roomName':'r'},'participant':{'identity':'i'}} | r",
                "{'event':'x','egressInfo':{'egressId':'e','roomId':'s','roomName':''}} | s",
                "{'event':'x','egressInfo':{'egressId':'e'},'participant':{'identity':'i'}} | e",
                "{'event':'x','room':{'name':'n'},'egressInfo':{'egressId':'e','roomName':'r'}} | n",
                "{'event':'x','egressInfo':{'roomName':'r'},'egressInfo':{'egressId':'e'}} | e",
                "{'event':'x','egressInfo':{'egressId':'e','file':{'roomName':'inner'}}} | e",
                "{'event':'x','participant':{'identity':'i','roomName':'r'}} | i",
                "{'event':'x','ingressInfo':{'ingressId':'g','name':'n','roomName':'r','state':{'roomId':'s'}}} | r",
                "{'event':'x','ingressInfo':{'ingressId':'g'}} | g",
                "{'event':'x','participant':{'identity':'i'}} | i",
                "{'event':'x','id':'EV_1'} | EV_1",
                "{'event':'x','room':{'name':'first','sid':'s'},'room':{'name':'last'}} | last",
                "{'event':'x','room':{'a':{'name':'inner'},'b':[{'sid':'inner'}],'sid':'s'}} | s",
                "{'event':'x','room':[{'name':'in a list'}],'id':'EV_1'} | EV_1",
                "{'event':'x','other':{'name':'other'},'id':'EV_1'} | EV_1",
            },
            quoteCharacter = '`')
    void keysByRoomElseByWhatItIsAbout(String body, String key) {
        assertThat(event(json(body)).key()).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({
        "1790000071, 1790000071",
        "'''1790000071''', 1790000071",
        "1790000071.9, 1790000071",
        "99999999999999999999999999, -9223372036854775808",
        "1e400, -9223372036854775808",
        "'''soon''', -9223372036854775808",
        "'''''', -9223372036854775808",
        "{}, -9223372036854775808",
        "null, -9223372036854775808",
    })
    void readsTheTimeOrNone(String value, long seconds) {
        assertThat(event(json("{'event':'x','createdAt':" + value + "}")).createdAtSeconds())
                .isEqualTo(seconds);
    }

    @Test
    void isNotImpressedByDepthOrLength() {
        byte[] deep = ("{\"event\":\"x\",\"a\":" + "[".repeat(2_000_000)).getBytes(UTF_8);
        byte[] allowed = ("{\"event\":\"x\",\"a\":" + "[".repeat(JsonScanner.MAX_DEPTH - 1)
                        + "]".repeat(JsonScanner.MAX_DEPTH - 1) + "}")
                .getBytes(UTF_8);
        byte[] number = ("{\"event\":\"x\",\"a\":" + "9".repeat(2_000_000) + "}").getBytes(UTF_8);

        assertThat(BodyScanner.scan(deep)).isInstanceOf(Scan.Unreadable.class);
        assertThat(BodyScanner.scan(allowed)).isInstanceOf(Scan.Event.class);
        assertThat(event(number).payload()).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'room':{'turnPassword':'hush'}",
                "{'room':{'turn\\u0050assword':'hush'}",
                "{'room':{'TURNPASSWORD':'hush'}",
                "t\0u\0r\0n\0",
                "{'turnPassword':'hush'}}",
                "{'ingressInfo':{'streamKey':'hush'}",
                "{'ingressInfo':{'stream_key':'hush'}",
            })
    void leavesOutATextThatMayHideASecret(String body) {
        Scan scan = BodyScanner.scan(json(body));

        assertThat(((Scan.Unreadable) scan).payload()).isNull();
    }

    @Test
    void keepsAPlainTextThatIsNoJson() {
        Scan scan = BodyScanner.scan(json("{'event':'x'"));

        assertThat(((Scan.Unreadable) scan).payload()).isEqualTo(json("{'event':'x'"));
    }

    /** The second opinion: Jackson, on mutilated bodies. What both read must be the same but for the passwords. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithJacksonOnMutilatedBodies(long seed) {
        var random = new Random(seed);
        var bodies = Capture.scenarios();
        for (int round = 0; round < 2_000; round++) {
            byte[] body = bodies.get(random.nextInt(bodies.size())).body().clone();
            for (int edits = random.nextInt(4); edits > 0; edits--) {
                body = mutilate(body, random);
            }

            Scan scan = BodyScanner.scan(body);

            JsonNode tree = jackson(body);
            String which = "seed " + seed + " round " + round + ": " + new String(body, UTF_8);
            if (scan instanceof Scan.Event(Webhook webhook)) {
                assertThat(tree).as(which).isNotNull();
                assertThat(JACKSON.readTree(webhook.payload())).as(which).isEqualTo(withoutPassword(tree));
            } else if (tree != null) {
                // Jackson does not check the UTF-8 of everything it passes over, and knows nothing of events.
                assertThat(((Scan.Unreadable) scan).cause())
                        .as(which)
                        .isIn("it names no event", "not an object", "not UTF-8");
            }
        }
    }

    private static byte[] mutilate(byte[] body, Random random) {
        int at = random.nextInt(body.length);
        String[] pieces = {
            "\"turnPassword\":\"x\",",
            ",\"turnPassword\":{\"a\":[1]}",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "1",
            " ",
            "\\u0041",
            "null",
            "\"a\":1,"
        };
        return switch (random.nextInt(3)) {
            case 0 -> {
                byte[] changed = body.clone();
                changed[at] = (byte) random.nextInt(128);
                yield changed;
            }
            case 1 -> {
                int to = Math.min(body.length, at + random.nextInt(20));
                yield concat(java.util.Arrays.copyOf(body, at), java.util.Arrays.copyOfRange(body, to, body.length));
            }
            default ->
                concat(
                        java.util.Arrays.copyOf(body, at),
                        pieces[random.nextInt(pieces.length)].getBytes(UTF_8),
                        java.util.Arrays.copyOfRange(body, at, body.length));
        };
    }

    private static @org.jspecify.annotations.Nullable JsonNode jackson(byte[] body) {
        try (var parser = JACKSON.createParser(body)) {
            JsonNode tree = JACKSON.readTree(parser);
            return parser.nextToken() == null ? tree : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static JsonNode withoutPassword(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            for (String name : new ArrayList<>(object.propertyNames())) {
                if (name.equals("turnPassword") || name.equals("turn_password")) {
                    object.remove(name);
                } else {
                    withoutPassword(object.get(name));
                }
            }
        } else if (tree instanceof ArrayNode array) {
            array.forEach(BodyScannerTest::withoutPassword);
        }
        return tree;
    }

    private static Webhook event(byte[] body) {
        Scan scan = BodyScanner.scan(body);
        assertThat(scan).isInstanceOf(Scan.Event.class);
        return ((Scan.Event) scan).webhook();
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    private static byte[] concat(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
