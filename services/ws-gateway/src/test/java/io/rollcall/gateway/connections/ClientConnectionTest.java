package io.rollcall.gateway.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.gateway.channels.Channels;
import io.rollcall.gateway.channels.PositionedStream;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.Ring;
import io.rollcall.gateway.protocol.Disconnect;
import io.rollcall.gateway.protocol.JsonEncoding;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.gateway.tokens.TokenVerifier;
import io.rollcall.gateway.tokens.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol without a network: what a client says, what it hears, and how it ends. */
class ClientConnectionTest {

    private static final String CONNECT = "{\"id\":1,\"connect\":{}}";
    private static final String CONNECTED =
            "{\"id\":1,\"connect\":{\"client\":\"client-1\",\"version\":\"test\",\"ping\":25,\"pong\":true}}";

    private final ManualTimers time = new ManualTimers();
    private final Random jitter = new Random(5);
    private final Feeds feeds = new Feeds();
    private final Connections connections = new Connections();

    // Connecting

    @Test
    void connectingAnswersWithTheSession() {
        Client client = client(false);

        client.says(CONNECT);

        assertThat(client.heard).containsExactly(CONNECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":1,\"ping\":{}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"feed\"}}",
                "{\"send\":{}}",
                "{}",
                "",
                "rubbish",
                "{\"id\":0,\"connect\":{}}"
            })
    void theFirstCommandMustBeConnect(String first) {
        Client client = client(false);

        client.says(first);

        assertThat(client.ended).isEqualTo(Disconnect.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":2,\"connect\":{}}",
                "",
                "{}",
                "{\"id\":0,\"ping\":{}}",
                "{\"id\":2,\"dance\":{}}",
                "{\"id\":2,\"subscribe\":{\"channel\":\"\"}}"
            })
    void aConnectedClientThatBreaksTheRulesIsEnded(String command) {
        Client client = connected();

        client.says(command);

        assertThat(client.ended).isEqualTo(Disconnect.BAD_REQUEST);
    }

    @Test
    void commandsBeforeTheBrokenOneAreAnswered() {
        Client client = connected();

        client.says("{\"id\":2,\"ping\":{}}\nrubbish\n{\"id\":3,\"ping\":{}}");

        assertThat(client.heard).containsExactly("{\"id\":2,\"ping\":{}}");
        assertThat(client.ended).isEqualTo(Disconnect.BAD_REQUEST);
    }

    @Test
    void whoSaysNothingForTenSecondsIsEnded() {
        Client client = client(false);

        time.pass(Duration.ofMillis(9_999));
        assertThat(client.ended).isNull();
        time.pass(Duration.ofMillis(1));

        assertThat(client.ended).isEqualTo(Disconnect.STALE);
    }

    /** Its handshake was taken before the door was shut, and is over after everybody was sent away. */
    @Test
    void whoComesWhileTheInstanceGoesIsSentElsewhere() {
        connections.closeAll(Disconnect.SHUTDOWN);

        Client client = client(false);
        client.says(CONNECT);
        assertThat(client.ended).isEqualTo(Disconnect.SHUTDOWN);
        time.pass(Duration.ofSeconds(10));

        assertThat(client.heard).isEmpty();
        assertThat(client.ended).isEqualTo(Disconnect.SHUTDOWN);
    }

    @Test
    void connectAndSubscribesInOneFrameAreDoneInOrder() {
        Client client = client(false);

        client.says(CONNECT + "\n{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}\n{\"id\":3,\"ping\":{}}");

        assertThat(client.heard).containsExactly(CONNECTED, subscribed(2, "\"epoch\":\"e\""), "{\"id\":3,\"ping\":{}}");
    }

    // Tokens

    @Test
    void aTokenSaysWhoItIsAndWhenItEnds() {
        Client client = client(true);

        client.says(connect(Map.of("sub", "ann", "exp", in(60))));

        assertThat(client.heard)
                .containsExactly("{\"id\":1,\"connect\":{\"client\":\"client-1\",\"version\":\"test\","
                        + "\"expires\":true,\"ttl\":60,\"ping\":25,\"pong\":true}}");
    }

    @Test
    void whereATokenIsNeededNoneIsNotEnough() {
        Client client = client(true);

        client.says(CONNECT);

        assertThat(client.heard).isEmpty();
        assertThat(client.ended).isEqualTo(Disconnect.INVALID_TOKEN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBadTokenIsRefusedAlsoWhereNoneIsNeeded(boolean needed) {
        Client client = client(needed);

        client.says("{\"id\":1,\"connect\":{\"token\":\"not.a.token\"}}\n{\"id\":2,\"ping\":{}}");

        assertThat(client.heard).isEmpty();
        assertThat(client.ended).isEqualTo(Disconnect.INVALID_TOKEN);
    }

    @Test
    void theTokenOfTheHandshakeCountsWhereConnectHasNone() {
        Client client = new Client(true, Tokens.of(Map.of("sub", "ann")));

        client.says(CONNECT);

        assertThat(client.heard).containsExactly(CONNECTED);
    }

    @Test
    void anExpiredTokenIsAnErrorAndNothingMoreIsTaken() {
        Client client = client(true);

        client.says(connect(Map.of("sub", "ann", "exp", in(0))) + "\n{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        client.says("{\"id\":3,\"ping\":{}}");

        assertThat(client.heard).containsExactly("{\"id\":1,\"error\":{\"code\":109,\"message\":\"token expired\"}}");
        assertThat(client.ended).isNull();
        time.pass(Duration.ofSeconds(10));
        assertThat(client.ended).isEqualTo(Disconnect.STALE);
    }

    @Test
    void aTokenThatRunsOutEndsTheConnectionAfterTheGrace() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann", "exp", in(3))));

        client.answersPingsFor(Duration.ofMillis(27_999));
        assertThat(client.ended).isNull();
        client.answersPingsFor(Duration.ofMillis(1));

        assertThat(client.ended).isEqualTo(Disconnect.EXPIRED);
    }

    @Test
    void aNewTokenKeepsTheConnection() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann", "exp", in(3))));
        client.heard.clear();

        client.says("{\"id\":2,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ann", "exp", in(100))) + "\"}}");
        client.answersPingsFor(Duration.ofSeconds(100));

        assertThat(client.heard)
                .contains("{\"id\":2,\"refresh\":{\"client\":\"client-1\",\"version\":\"test\","
                        + "\"expires\":true,\"ttl\":100}}");
        assertThat(client.ended).isNull();
    }

    @Test
    void aNewTokenThatReachesLessEndsWhatItDoesNotReach() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann", "scope", "feeds", "channels", List.of("named"))));
        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        client.says("{\"id\":3,\"subscribe\":{\"channel\":\"ag1\"}}");
        client.heard.clear();

        client.says("{\"id\":4,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ann", "agency", "ag1")) + "\"}}");
        feeds.publish("feed", 1);
        feeds.publish("ag1", 1);
        feeds.publish("named", 1);

        assertThat(client.heard)
                .containsExactly(
                        "{\"id\":4,\"refresh\":{\"client\":\"client-1\",\"version\":\"test\"}}",
                        "{\"push\":{\"channel\":\"feed\",\"unsubscribe\":{\"code\":2000,\"reason\":\"server unsubscribe\"}}}",
                        "{\"push\":{\"channel\":\"ag1\",\"pub\":{\"data\":1,\"offset\":1}}}",
                        "{\"push\":{\"channel\":\"named\",\"pub\":{\"data\":1,\"offset\":1}}}");
        client.says("{\"id\":5,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ann")) + "\"}}");
        assertThat(client.heard).last().asString().contains("\"channel\":\"ag1\",\"unsubscribe\"");
    }

    @Test
    void whatBecomesAnotherAgencysWhileItIsSubscribedToIsNotGiven() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann", "agency", "ag1")));
        client.heard.clear();

        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"moving\"}}");
        feeds.publish("moving", 1);

        assertThat(client.heard)
                .containsExactly("{\"id\":2,\"error\":{\"code\":103,\"message\":\"permission denied\"}}");
    }

    @Test
    void aNewTokenOfSomebodyElseEndsIt() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann")));

        client.says("{\"id\":2,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "bob")) + "\"}}");

        assertThat(client.ended).isEqualTo(Disconnect.INVALID_TOKEN);
    }

    @Test
    void aNewTokenThatHasRunOutIsAnError() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann")));
        client.heard.clear();

        client.says("{\"id\":2,\"refresh\":{\"token\":\"" + Tokens.of(Map.of("sub", "ann", "exp", in(-1))) + "\"}}");

        assertThat(client.heard).containsExactly("{\"id\":2,\"error\":{\"code\":109,\"message\":\"token expired\"}}");
    }

    @Test
    void aUserHasSoManyConnectionsAndNobodyIsEveryUser() {
        for (int i = 0; i < 3; i++) {
            Client client = client(false);
            client.says(connect(Map.of("sub", "ann")));
            assertThat(client.ended).isNull();
            client(false).says(CONNECT);
        }
        Client fourth = client(false);
        fourth.says(connect(Map.of("sub", "ann")));

        assertThat(fourth.ended).isEqualTo(Disconnect.CONNECTION_LIMIT);
        assertThat(connections.connectedCount()).isEqualTo(6);
    }

    @Test
    void aConnectionThatEndsMakesRoomForAnother() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(client(false));
            clients.getLast().says(connect(Map.of("sub", "ann")));
        }
        clients.getFirst().connection.closed();
        Client next = client(false);

        next.says(connect(Map.of("sub", "ann")));

        assertThat(next.ended).isNull();
    }

    // Ping and pong

    @Test
    void theFirstPingComesBetweenHalfAndOneInterval() {
        List<Duration> first = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Client client = connected();
            Duration waited = Duration.ZERO;
            while (client.heard.isEmpty()) {
                time.pass(Duration.ofMillis(100));
                waited = waited.plusMillis(100);
            }
            first.add(waited);
            assertThat(client.heard).containsExactly("{}");
            client.connection.closed();
        }

        assertThat(first).allMatch(it -> it.toMillis() >= 12_500 && it.toMillis() <= 25_100);
        assertThat(first.stream().distinct().count()).isGreaterThan(5);
    }

    @Test
    void whoDoesNotAnswerAPingIsEnded() {
        Client client = connected();
        while (client.heard.isEmpty()) {
            time.pass(Duration.ofMillis(100));
        }

        time.pass(Duration.ofMillis(7_800));
        assertThat(client.ended).isNull();
        time.pass(Duration.ofMillis(200));

        assertThat(client.ended).isEqualTo(Disconnect.NO_PONG);
    }

    @Test
    void whoAnswersStays() {
        Client client = connected();

        client.answersPingsFor(Duration.ofMinutes(10));

        assertThat(client.heard.stream().filter("{}"::equals)).hasSizeBetween(20, 26);
        assertThat(client.ended).isNull();
    }

    // Subscriptions

    @Test
    void aSubscriptionIsAnsweredFirstAndThenLive() {
        feeds.publish("feed", 1);
        Client client = connected();

        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        feeds.publish("feed", 2);

        assertThat(client.heard).containsExactly(subscribed(2, "\"epoch\":\"e\",\"offset\":1"), published("feed", 2));
    }

    @Test
    void subscribingTwiceIsAnError() {
        Client client = subscriber();

        client.says("{\"id\":3,\"subscribe\":{\"channel\":\"feed\"}}");

        assertThat(client.heard)
                .containsExactly("{\"id\":3,\"error\":{\"code\":105,\"message\":\"already subscribed\"}}");
    }

    @Test
    void whoUnsubscribesHearsNoMore() {
        Client client = subscriber();

        client.says("{\"id\":3,\"unsubscribe\":{\"channel\":\"feed\"}}");
        feeds.publish("feed", 1);

        assertThat(client.heard).containsExactly("{\"id\":3,\"unsubscribe\":{}}");
        assertThat(connections.subscriptionCount()).isZero();
    }

    @Test
    void unsubscribingFromWhatIsNotSubscribedIsFine() {
        Client client = connected();

        client.says("{\"id\":3,\"unsubscribe\":{\"channel\":\"feed\"}}");

        assertThat(client.heard).containsExactly("{\"id\":3,\"unsubscribe\":{}}");
    }

    @Test
    void aChannelThatNobodyKnowsIsAnError() {
        assertThat(answer("{\"id\":2,\"subscribe\":{\"channel\":\"nobody\"}}"))
                .isEqualTo("{\"id\":2,\"error\":{\"code\":102,\"message\":\"unknown channel\"}}");
    }

    @Test
    void aNameThatIsTooLongOrNotPrintableIsAnError() {
        String error = "{\"id\":2,\"error\":{\"code\":107,\"message\":\"bad request\"}}";

        assertThat(answer("{\"id\":2,\"subscribe\":{\"channel\":\"nobody" + "x".repeat(250) + "\"}}"))
                .isEqualTo(error);
        assertThat(answer("{\"id\":2,\"subscribe\":{\"channel\":\"nobody" + "x".repeat(249) + "\"}}"))
                .contains("\"code\":102");
        assertThat(answer("{\"id\":2,\"subscribe\":{\"channel\":\"\u00fc\"}}")).isEqualTo(error);
        assertThat(answer("{\"id\":2,\"subscribe\":{\"channel\":\"a\\nb\"}}")).isEqualTo(error);
    }

    @Test
    void moreChannelsThanAllowedIsAnError() {
        Client client = connected();
        for (int i = 0; i < 4; i++) {
            client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed" + i + "\"}}");
        }
        client.heard.clear();

        client.says("{\"id\":9,\"subscribe\":{\"channel\":\"feed9\"}}");

        assertThat(client.heard).containsExactly("{\"id\":9,\"error\":{\"code\":106,\"message\":\"limit exceeded\"}}");
    }

    @Test
    void whatWasMissedComesWithTheAnswer() {
        for (int offset = 1; offset <= 3; offset++) {
            feeds.publish("feed", offset);
        }

        assertThat(answer(recover(2, "e", 1, 0)))
                .isEqualTo("{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\","
                        + "\"offset\":1,\"publications\":[{\"data\":2,\"offset\":2},{\"data\":3,\"offset\":3}],"
                        + "\"was_recovering\":true,\"recovered\":true}}");
    }

    @Test
    void aLongGapComesInPagesAsThePeerTakesThem() {
        for (int offset = 1; offset <= 12; offset++) {
            feeds.publish("feed", offset);
        }
        Client client = connected();

        client.says(recover(2, "e", 0, 0));
        assertThat(client.heard).hasSize(1);
        assertThat(client.heard.getFirst()).contains("\"epoch\":\"e\",\"publications\"", "\"offset\":5}]");
        feeds.publish("feed", 13);
        client.drained();
        assertThat(client.heard).hasSize(6);
        client.drained();
        feeds.publish("feed", 14);

        assertThat(client.heard.subList(1, client.heard.size()))
                .containsExactly(
                        published("feed", 6),
                        published("feed", 7),
                        published("feed", 8),
                        published("feed", 9),
                        published("feed", 10),
                        published("feed", 11),
                        published("feed", 12),
                        published("feed", 13),
                        published("feed", 14));
    }

    @Test
    void aForeignEpochIsNotRecovered() {
        feeds.publish("feed", 1);

        assertThat(answer(recover(2, "other", 1, 0)))
                .isEqualTo("{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\","
                        + "\"offset\":1,\"was_recovering\":true}}");
    }

    @Test
    void whatIsGoneIsNotRecoveredOnceTheLogWasRead() {
        feeds.forget("feed", 3);
        Client client = connected();

        client.says(recover(2, "e", 1, 0));
        assertThat(client.heard).isEmpty();
        feeds.readToTheEnd();
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly("{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,"
                        + "\"epoch\":\"e\",\"offset\":3,\"was_recovering\":true}}");
    }

    @Test
    void whatTheRingHasLetGoOfIsReadFromTheArchivePageByPage() {
        feeds.forget("archived", 8);
        feeds.publish("archived", 9);
        Client client = connected();

        client.says(
                "{\"id\":2,\"subscribe\":{\"channel\":\"archived\",\"recover\":true,\"epoch\":\"e\",\"offset\":1}}");
        assertThat(client.heard)
                .containsExactly("{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,"
                        + "\"epoch\":\"e\",\"offset\":1,\"was_recovering\":true,\"recovered\":true}}");
        client.heard.clear();
        client.drained();
        client.drained();
        assertThat(feeds.reads).as("one page at a time").hasSize(1);
        feeds.answerRead(2, 3, 4);
        time.pass(Duration.ZERO);
        feeds.publish("archived", 10);
        assertThat(client.heard).containsExactly(pushed(2), pushed(3), pushed(4));
        client.drained();
        feeds.answerRead(5, 6, 7, 8);
        time.pass(Duration.ZERO);
        client.drained();
        feeds.publish("archived", 11);

        assertThat(client.heard)
                .containsExactly(
                        pushed(2),
                        pushed(3),
                        pushed(4),
                        pushed(5),
                        pushed(6),
                        pushed(7),
                        pushed(8),
                        pushed(9),
                        pushed(10),
                        pushed(11));
    }

    /** The transport may have sent the answer before the command is done with. */
    @Test
    void aDrainThatComesWithTheAnswerIsNotMissed() throws InterruptedException {
        for (long offset = 1; offset <= 7; offset++) {
            feeds.publish("archived", offset);
        }
        Client client = connected();
        client.drainsAtOnce = true;

        client.says(
                "{\"id\":2,\"subscribe\":{\"channel\":\"archived\",\"recover\":true,\"epoch\":\"e\",\"offset\":1}}");
        for (Thread draining : client.draining) {
            draining.join();
        }

        assertThat(client.heard).hasSize(2).last().isEqualTo(pushed(7));
    }

    @Test
    void whatTheArchiveCannotGiveAsksTheClientToSubscribeAgain() {
        feeds.forget("archived", 8);
        Client client = connected();
        client.says(
                "{\"id\":2,\"subscribe\":{\"channel\":\"archived\",\"recover\":true,\"epoch\":\"e\",\"offset\":1}}");
        client.drained();
        client.heard.clear();

        feeds.reads.removeFirst().completeExceptionally(new IllegalStateException("gone"));
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly("{\"push\":{\"channel\":\"archived\",\"unsubscribe\":"
                        + "{\"code\":2500,\"reason\":\"insufficient state\"}}}");
    }

    @Test
    void aPartOfTheArchiveWithNothingInItIsGoneBeyondAtOnce() {
        feeds.forget("archived", 8);
        Client client = connected();
        client.says(
                "{\"id\":2,\"subscribe\":{\"channel\":\"archived\",\"recover\":true,\"epoch\":\"e\",\"offset\":1}}");
        client.drained();
        client.heard.clear();

        feeds.reads.removeFirst().complete(new Archive.Part(List.of(), 8));
        time.pass(Duration.ZERO);
        feeds.publish("archived", 9);

        assertThat(client.heard).containsExactly(pushed(9));
    }

    @Test
    void whoWantsAnErrorRatherThanAHoleGetsOne() {
        feeds.forget("feed", 3);
        Client client = connected();

        client.says(recover(2, "e", 1, 2));
        feeds.readToTheEnd();
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly("{\"id\":2,\"error\":{\"code\":112,\"message\":\"unrecoverable position\"}}");
    }

    @Test
    void whoHasSeenMoreThanThisInstanceWaitsUntilItHasCaughtUp() {
        feeds.publish("feed", 1);
        Client client = connected();

        boolean goesOn = client.says(recover(2, "e", 2, 0) + "\n{\"id\":3,\"ping\":{}}");
        assertThat(goesOn).isFalse();
        assertThat(client.heard).isEmpty();
        feeds.publish("feed", 2);
        feeds.publish("feed", 3);
        feeds.readToTheEnd();
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly(
                        "{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\","
                                + "\"offset\":2,\"publications\":[{\"data\":3,\"offset\":3}],"
                                + "\"was_recovering\":true,\"recovered\":true}}",
                        "{\"id\":3,\"ping\":{}}");
        assertThat(client.resumed).isEqualTo(1);
    }

    @Test
    void whoCannotBeAnsweredInTimeMayTryAgain() {
        Client client = connected();

        client.says(recover(2, "e", 2, 0));
        time.pass(Duration.ofSeconds(2));
        feeds.readToTheEnd();
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly("{\"id\":2,\"error\":{\"code\":100,\"message\":\"internal server error\","
                        + "\"temporary\":true}}");
        assertThat(client.resumed).isEqualTo(1);
    }

    @Test
    void aHoleInTheLogAsksTheClientToSubscribeAgain() {
        Client client = subscriber();

        feeds.stream("feed").breakOffAt("e", 9);
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly("{\"push\":{\"channel\":\"feed\",\"unsubscribe\":"
                        + "{\"code\":2500,\"reason\":\"insufficient state\"}}}");
        assertThat(connections.subscriptionCount()).isZero();
        client.says("{\"id\":3,\"subscribe\":{\"channel\":\"feed\"}}");
        assertThat(client.heard.getLast()).isEqualTo(subscribed(3, "\"epoch\":\"e\",\"offset\":9"));
    }

    @Test
    void aHoleBetweenJoiningAndTheAnswerIsToldBehindTheAnswer() {
        Client client = connected();

        feeds.betweenJoiningAndAnswer = () -> feeds.stream("feed").breakOffAt("e", 9);
        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly(
                        subscribed(2, "\"epoch\":\"e\""),
                        "{\"push\":{\"channel\":\"feed\",\"unsubscribe\":"
                                + "{\"code\":2500,\"reason\":\"insufficient state\"}}}");
        assertThat(connections.subscriptionCount()).isZero();
    }

    @Test
    void whatIsForbiddenBetweenJoiningAndTheAnswerIsToldBehindTheAnswer() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann", "agency", "ag1")));
        client.heard.clear();

        feeds.betweenJoiningAndAnswer = () -> feeds.stream("ag1").belongsTo("ag2");
        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"ag1\"}}");
        feeds.publish("ag1", 1);
        time.pass(Duration.ZERO);

        assertThat(client.heard)
                .containsExactly(
                        subscribed(2, "\"epoch\":\"e\""),
                        "{\"push\":{\"channel\":\"ag1\",\"unsubscribe\":"
                                + "{\"code\":2000,\"reason\":\"server unsubscribe\"}}}");
        assertThat(connections.subscriptionCount()).isZero();
    }

    @Test
    void theEndOfAConnectionEndsItsSubscriptions() {
        Client client = subscriber();

        client.connection.closed();
        feeds.publish("feed", 1);

        assertThat(client.heard).isEmpty();
        assertThat(feeds.stream("feed").subscribers()).isZero();
    }

    // Server-side subscriptions

    @Test
    void theTokensChannelsComeWithTheAnswerAndThenLive() {
        feeds.publish("feed", 1);
        feeds.publish("feed", 2);
        Client client = client(true);

        client.says("{\"id\":1,\"connect\":{\"token\":\""
                + Tokens.of(Map.of("sub", "ann", "channels", List.of("feed")))
                + "\",\"subs\":{\"feed\":{\"recover\":true,\"offset\":1,\"epoch\":\"e\"}}}}");
        feeds.publish("feed", 3);

        assertThat(client.heard)
                .containsExactly(
                        "{\"id\":1,\"connect\":{\"client\":\"client-1\",\"version\":\"test\",\"subs\":{\"feed\":"
                                + "{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":1,"
                                + "\"publications\":[{\"data\":2,\"offset\":2}],"
                                + "\"was_recovering\":true,\"recovered\":true}},\"ping\":25,\"pong\":true}}",
                        published("feed", 3));
    }

    @Test
    void aChannelSubscribedInTheSameFrameIsLeftOut() {
        Client client = client(false);

        client.says(connect(Map.of("sub", "ann", "channels", List.of("feed")))
                + "\n{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");

        assertThat(client.heard).containsExactly(CONNECTED, subscribed(2, "\"epoch\":\"e\""));
    }

    @Test
    void aClientMayTakeOverWhatTheServerSubscribed() {
        Client client = client(false);
        client.says(connect(Map.of("sub", "ann", "channels", List.of("feed"))));
        client.heard.clear();

        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        feeds.publish("feed", 1);

        assertThat(client.heard).containsExactly(subscribed(2, "\"epoch\":\"e\""), published("feed", 1));
    }

    @Test
    void whatComesWhileAClientTakesOverIsGivenOnce() {
        Client client = client(false);
        client.says(connect(Map.of("sub", "ann", "channels", List.of("feed"))));
        feeds.publish("feed", 1);
        client.heard.clear();

        feeds.betweenJoiningAndAnswer = () -> feeds.publish("feed", 2);
        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        feeds.publish("feed", 3);

        assertThat(client.heard)
                .containsExactly(
                        subscribed(2, "\"epoch\":\"e\",\"offset\":1"), published("feed", 2), published("feed", 3));
    }

    @Test
    void aClientThatTakesOverWhatIsBehindGoesOnThere() {
        for (int offset = 1; offset <= 7; offset++) {
            feeds.publish("feed", offset);
        }
        Client client = client(false);
        client.says("{\"id\":1,\"connect\":{\"token\":\""
                + Tokens.of(Map.of("sub", "ann", "channels", List.of("feed")))
                + "\",\"subs\":{\"feed\":{\"recover\":true,\"offset\":0,\"epoch\":\"e\"}}}}");
        client.heard.clear();

        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        client.drained();

        assertThat(client.heard)
                .containsExactly(
                        subscribed(2, "\"epoch\":\"e\",\"offset\":5"), published("feed", 6), published("feed", 7));
    }

    @Test
    void aHoleEndsAConnectionThatTheServerSubscribed() {
        Client client = client(false);
        client.says(connect(Map.of("sub", "ann", "channels", List.of("feed"))));

        feeds.stream("feed").breakOffAt("e", 9);

        assertThat(client.ended).isEqualTo(Disconnect.INSUFFICIENT_STATE);
    }

    @Test
    void aTokenForAChannelThatIsNotThereIsRefused() {
        Client client = client(false);

        client.says(connect(Map.of("sub", "ann", "channels", List.of("nobody"))));

        assertThat(client.heard).containsExactly("{\"id\":1,\"error\":{\"code\":102,\"message\":\"unknown channel\"}}");
    }

    // Permission

    @Test
    void withTokensOnAFeedNeedsTheScopeOrTheAgency() {
        assertThat(subscribeAs(Map.of("sub", "a", "scope", "feeds"), "feed")).contains("\"subscribe\"");
        assertThat(subscribeAs(Map.of("sub", "a"), "feed")).contains("\"code\":103");
        assertThat(subscribeAs(Map.of("sub", "a", "agency", "ag1"), "feed")).contains("\"code\":103");
        assertThat(subscribeAs(Map.of("sub", "a", "agency", "ag1"), "ag1")).contains("\"subscribe\"");
        assertThat(subscribeAs(Map.of("sub", "a", "agencies", List.of("ag2", "ag1")), "ag1"))
                .contains("\"subscribe\"");
        assertThat(subscribeAs(Map.of("sub", "a", "agency", "ag2"), "ag1")).contains("\"code\":103");
    }

    @Test
    void aChannelThatTheTokenOfTheConnectionNamesNeedsNoMore() {
        Map<String, ?> claims = Map.of("sub", "ann", "channels", List.of("feed"));
        Client client = client(true);
        client.says(connect(claims));

        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        client.says("{\"id\":3,\"unsubscribe\":{\"channel\":\"feed\"}}");
        client.says("{\"id\":4,\"subscribe\":{\"channel\":\"feed\"}}");

        assertThat(client.heard).contains(subscribed(2, "\"epoch\":\"e\""), subscribed(4, "\"epoch\":\"e\""));
        assertThat(subscribeAs(claims, "feed")).as("in one frame").isEqualTo(subscribed(2, "\"epoch\":\"e\""));
        assertThat(subscribeAs(claims, "other")).contains("\"code\":103");
    }

    @Test
    void aSubscriptionTokenOpensOneChannel() {
        assertThat(subscribeWith(Map.of("sub", "ann", "channel", "feed"))).contains("\"subscribe\"");
        assertThat(subscribeWith(Map.of("sub", "ann", "channel", "feed", "exp", in(60))))
                .contains("\"expires\":true,\"ttl\":60");
        assertThat(subscribeWith(Map.of("sub", "ann", "channel", "feed", "exp", in(-1))))
                .contains("\"code\":109");
        assertThat(subscribeWith(Map.of("sub", "ann"))).contains("\"code\":103");
    }

    @Test
    void aSubscriptionTokenOfSomebodyElseEndsTheConnection() {
        assertThat(subscribeWith(Map.of("sub", "bob", "channel", "feed"))).isEqualTo("INVALID_TOKEN");
        assertThat(subscribeWith(Map.of("sub", "ann", "channel", "other"))).isEqualTo("INVALID_TOKEN");
    }

    @Test
    void aSubscriptionThatRunsOutIsEndedAfterTheGrace() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann")));
        client.says(subscribeCommand(Map.of("sub", "ann", "channel", "feed", "exp", in(3))));
        client.heard.clear();

        client.answersPingsFor(Duration.ofSeconds(28));

        assertThat(client.heard)
                .contains("{\"push\":{\"channel\":\"feed\",\"unsubscribe\":"
                        + "{\"code\":2501,\"reason\":\"subscription expired\"}}}");
        assertThat(client.ended).isNull();
    }

    @Test
    void aNewSubscriptionTokenKeepsIt() {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann")));
        client.says(subscribeCommand(Map.of("sub", "ann", "channel", "feed", "exp", in(3))));
        client.heard.clear();

        client.says("{\"id\":5,\"sub_refresh\":{\"channel\":\"feed\",\"token\":\""
                + Tokens.of(Map.of("sub", "ann", "channel", "feed", "exp", in(99))) + "\"}}");
        client.answersPingsFor(Duration.ofSeconds(60));

        assertThat(client.heard)
                .contains("{\"id\":5,\"sub_refresh\":{\"expires\":true,\"ttl\":99}}")
                .noneMatch(it -> it.contains("unsubscribe"));
    }

    // The rest

    @Test
    void feedsAreReadOnlyAndHaveNoPresence() {
        assertThat(answer("{\"id\":2,\"publish\":{\"channel\":\"feed\",\"data\":{}}}"))
                .contains("\"code\":103");
        assertThat(answer("{\"id\":2,\"publish\":{\"channel\":\"feed\"}}")).contains("\"code\":107");
        assertThat(answer("{\"id\":2,\"publish\":{\"channel\":\"nobody\",\"data\":{}}}"))
                .contains("\"code\":102");
        assertThat(answer("{\"id\":2,\"presence\":{\"channel\":\"feed\"}}")).contains("\"code\":108");
        assertThat(answer("{\"id\":2,\"presence_stats\":{\"channel\":\"feed\"}}"))
                .contains("\"code\":108");
        assertThat(answer("{\"id\":2,\"presence\":{\"channel\":\"nobody\"}}")).contains("\"code\":102");
        assertThat(answer("{\"id\":2,\"rpc\":{\"method\":\"m\",\"data\":{}}}")).contains("\"code\":108");
    }

    @Test
    void sendIsTakenAndIgnored() {
        Client client = connected();

        client.says("{\"send\":{\"data\":{}}}\n{\"id\":2,\"ping\":{}}");

        assertThat(client.heard).containsExactly("{\"id\":2,\"ping\":{}}");
    }

    @Test
    void historyPagesBothWays() {
        for (int offset = 1; offset <= 9; offset++) {
            feeds.publish("feed", offset);
        }

        assertThat(history("")).isEqualTo("{\"id\":2,\"history\":{\"epoch\":\"e\",\"offset\":9}}");
        assertThat(historyOffsets(",\"limit\":2")).containsExactly(1, 2);
        assertThat(historyOffsets(",\"limit\":-1")).containsExactly(1, 2, 3, 4, 5);
        assertThat(historyOffsets(",\"limit\":99")).containsExactly(1, 2, 3, 4, 5);
        assertThat(historyOffsets(",\"limit\":2,\"reverse\":true")).containsExactly(9, 8);
        assertThat(historyOffsets(",\"limit\":2,\"since\":{\"offset\":4,\"epoch\":\"e\"}"))
                .containsExactly(5, 6);
        assertThat(historyOffsets(",\"limit\":9,\"since\":{\"offset\":4,\"epoch\":\"e\"},\"reverse\":true"))
                .containsExactly(3, 2, 1);
        assertThat(historyOffsets(",\"limit\":9,\"since\":{\"offset\":9,\"epoch\":\"e\"}"))
                .isEmpty();
    }

    @Test
    void historyOfATrimmedPositionIsWhatIsLeft() {
        feeds.forget("feed", 5);
        feeds.publish("feed", 6);

        assertThat(historyOffsets(",\"limit\":9,\"since\":{\"offset\":2,\"epoch\":\"e\"}"))
                .containsExactly(6);
    }

    @Test
    void historyOfAForeignEpochIsAnError() {
        assertThat(history(",\"limit\":1,\"since\":{\"offset\":1,\"epoch\":\"x\"}"))
                .isEqualTo("{\"id\":2,\"error\":{\"code\":112,\"message\":\"unrecoverable position\"}}");
    }

    // Words of this test

    private static String subscribed(int id, String position) {
        return "{\"id\":" + id + ",\"subscribe\":{\"recoverable\":true,\"positioned\":true," + position + "}}";
    }

    private static String published(String channel, int offset) {
        return "{\"push\":{\"channel\":\"" + channel + "\",\"pub\":{\"data\":" + offset + ",\"offset\":" + offset
                + "}}}";
    }

    private static String pushed(int offset) {
        return "{\"push\":{\"channel\":\"archived\",\"pub\":{\"data\":" + offset + ",\"offset\":" + offset + "}}}";
    }

    private static String recover(int id, String epoch, int offset, int flag) {
        return "{\"id\":" + id + ",\"subscribe\":{\"channel\":\"feed\",\"recover\":true,\"epoch\":\"" + epoch
                + "\",\"offset\":" + offset + ",\"flag\":" + flag + "}}";
    }

    private static String connect(Map<String, ?> claims) {
        return "{\"id\":1,\"connect\":{\"token\":\"" + Tokens.of(claims) + "\"}}";
    }

    private static String subscribeCommand(Map<String, ?> claims) {
        return "{\"id\":2,\"subscribe\":{\"channel\":\"feed\",\"token\":\"" + Tokens.of(claims) + "\"}}";
    }

    private long in(int seconds) {
        return time.instant().plusSeconds(seconds).getEpochSecond();
    }

    private String subscribeAs(Map<String, ?> claims, String channel) {
        Client client = client(true);
        client.says(connect(claims) + "\n{\"id\":2,\"subscribe\":{\"channel\":\"" + channel + "\"}}");
        client.connection.closed();
        return client.heard.getLast();
    }

    private String subscribeWith(Map<String, ?> claims) {
        Client client = client(true);
        client.says(connect(Map.of("sub", "ann")) + "\n" + subscribeCommand(claims));
        String end = client.ended == null ? client.heard.getLast() : client.ended.name();
        client.connection.closed();
        return end;
    }

    private String history(String fields) {
        return answer("{\"id\":2,\"history\":{\"channel\":\"feed\"" + fields + "}}");
    }

    private List<Integer> historyOffsets(String fields) {
        return Pattern.compile("\"data\":(\\d+)")
                .matcher(history(fields))
                .results()
                .map(it -> Integer.valueOf(it.group(1)))
                .toList();
    }

    private String answer(String command) {
        Client client = connected();
        client.says(command);
        assertThat(client.heard).hasSize(1);
        client.connection.closed();
        return client.heard.getFirst();
    }

    private Client client(boolean tokenRequired) {
        return new Client(tokenRequired, "");
    }

    private Client connected() {
        Client client = client(false);
        client.says(CONNECT);
        client.heard.clear();
        return client;
    }

    private Client subscriber() {
        Client client = connected();
        client.says("{\"id\":2,\"subscribe\":{\"channel\":\"feed\"}}");
        client.heard.clear();
        return client;
    }

    private final class Client implements Transport {
        private final List<String> heard = new ArrayList<>();
        private final ClientConnection connection;
        private @Nullable Disconnect ended;
        private int resumed;
        private boolean drainsAtOnce;
        private final List<Thread> draining = new ArrayList<>();

        private Client(boolean tokenRequired, String handshakeToken) {
            connection = new ClientConnection(
                    new GatewayContext(
                            feeds,
                            new ClientTokens(new TokenVerifier(Tokens.SECRET), null),
                            tokenRequired,
                            new ConnectionLimits(
                                    4,
                                    255,
                                    3,
                                    5,
                                    Duration.ofSeconds(10),
                                    Duration.ofSeconds(25),
                                    Duration.ofSeconds(8),
                                    Duration.ofSeconds(25),
                                    Duration.ofSeconds(2)),
                            connections,
                            time,
                            time,
                            "test",
                            () -> "client-1",
                            jitter),
                    this,
                    new JsonEncoding(),
                    handshakeToken);
            connection.opened();
        }

        private boolean says(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return connection.receive(bytes, 0, bytes.length);
        }

        private void drained() {
            connection.drained();
        }

        private void answersPingsFor(Duration duration) {
            for (long passed = 0; passed < duration.toMillis(); passed++) {
                int before = heard.size();
                time.pass(Duration.ofMillis(1));
                if (heard.size() > before && heard.getLast().equals("{}")) {
                    says("{}");
                }
            }
        }

        @Override
        public void send(byte[] message) {
            heard.add(new String(message, StandardCharsets.UTF_8));
            if (drainsAtOnce) {
                drainsAtOnce = false;
                Thread drainer = Thread.ofPlatform().start(connection::drained);
                draining.add(drainer);
                await().until(() -> !drainer.isAlive() || drainer.getState() == Thread.State.BLOCKED);
            }
        }

        @Override
        public void close(Disconnect reason) {
            ended = reason;
        }

        @Override
        public void resume() {
            resumed++;
        }
    }

    private static final class Feeds implements Channels {
        private final Map<String, PositionedStream> streams = new HashMap<>();
        private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
        private final List<CompletableFuture<Archive.Part>> reads = new ArrayList<>();
        private boolean moved;

        /** Done once, at the next look at a channel after it was opened: it is joined then, and not answered yet. */
        private @Nullable Runnable betweenJoiningAndAnswer;

        private @Nullable Runnable atNextLook;

        private PositionedStream stream(String name) {
            return streams.computeIfAbsent(
                    name,
                    it -> new PositionedStream(
                            "e", new Ring(100, 0), it.equals("archived") ? new Asked() : Archive.NONE));
        }

        private void answerRead(int... offsets) {
            reads.removeFirst()
                    .complete(new Archive.Part(
                            Arrays.stream(offsets).mapToObj(Feeds::publication).toList(), offsets[offsets.length - 1]));
        }

        private static Publication publication(long offset) {
            return new Publication(offset, Long.toString(offset).getBytes(StandardCharsets.UTF_8), 0);
        }

        /** Has everything, and gives it when a test says so. */
        private final class Asked implements Archive {
            @Override
            public long floor(long top) {
                return 0;
            }

            @Override
            public CompletionStage<Part> read(long after, int limit) {
                reads.add(new CompletableFuture<>());
                return reads.getLast();
            }
        }

        private void publish(String name, long offset) {
            stream(name).publish(publication(offset));
        }

        private void forget(String name, long upTo) {
            for (long offset = 1; offset <= upTo; offset++) {
                publish(name, offset);
            }
            stream(name).forgetUpTo(upTo);
        }

        private void readToTheEnd() {
            waiting.forEach(it -> it.complete(null));
        }

        @Override
        public Lookup find(String channel) {
            Runnable now = atNextLook;
            atNextLook = null;
            if (now != null) {
                now.run();
            }
            if (channel.startsWith("nobody")) {
                return new Lookup.Unknown();
            }
            return switch (channel) {
                case "ag1" -> new Lookup.Feed(stream(channel), "ag1");
                case "moving" -> new Lookup.Feed(stream(channel), moved ? "ag2" : "ag1");
                default -> new Lookup.Feed(stream(channel), "");
            };
        }

        @Override
        public Lookup open(String channel) {
            Lookup seen = find(channel);
            moved = true;
            atNextLook = betweenJoiningAndAnswer;
            betweenJoiningAndAnswer = null;
            return seen;
        }

        @Override
        public void released(String channel) {}

        @Override
        public CompletionStage<Void> caughtUp() {
            waiting.add(new CompletableFuture<>());
            return waiting.getLast();
        }
    }
}
