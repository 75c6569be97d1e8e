package io.rollcall.session.sessions.reads;

import static io.rollcall.session.sessions.reads.Sessions.CREATED_AT;
import static io.rollcall.session.sessions.reads.Sessions.connected;
import static io.rollcall.session.sessions.reads.Sessions.created;
import static io.rollcall.session.sessions.reads.Sessions.removed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.kit.web.UnavailableException;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.RealRedis;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.sessions.Session;
import io.rollcall.schemas.sessions.SessionStatus;
import io.rollcall.session.reads.Listing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read, by id and by user; every test has sessions and users of its own. */
class SessionReadsTest {

    private static RealRedis redis;
    private static RunningReads reads;
    private static SessionReads sessions;

    @BeforeAll
    static void start() {
        redis = RealRedis.start();
        KafkaCluster kafka = KafkaCluster.shared();
        kafka.createTopics(List.of(Topics.SESSIONS, Topics.deadLetters(Topics.SESSIONS.writer())));
        reads = RunningReads.start(redis.url(), kafka.bootstrapServers());
        sessions = reads.sessions();
        await().atMost(Duration.ofSeconds(30)).until(reads::isUp);
    }

    @AfterAll
    static void stop() {
        reads.close();
        redis.close();
    }

    @Test
    void whatWasWrittenIsRead() {
        Session session = created("sess_read", "reader");

        sessions.put(session).join();

        assertThat(sessions.get("sess_read").join()).contains(session);
        assertThat(page("reader", null, 100)).containsExactly(session);
    }

    @Test
    void anUnknownIdIsAbsent() {
        assertThat(sessions.get("sess_unknown").join()).isEmpty();
        assertThat(page("nobody", null, 100)).isEmpty();
    }

    @Test
    void anOlderStateChangesNothing() {
        Session first = created("sess_old", "old");
        Session second = connected(first);
        sessions.put(second).join();

        sessions.put(first).join();

        assertThat(sessions.get("sess_old").join()).contains(second);
    }

    @Test
    void aStateOfTheSameVersionChangesNothing() {
        Session first = created("sess_same", "same");
        sessions.put(first).join();

        sessions.put(Session.newBuilder(first).setRoomId("room_other").build()).join();

        assertThat(sessions.get("sess_same").join()).contains(first);
    }

    @Test
    void anOlderStateDoesNotBringARemovedSessionBack() {
        Session first = created("sess_gone", "gone");
        sessions.put(removed(connected(first), Instant.now())).join();

        sessions.put(first).join();
        sessions.put(connected(first)).join();

        assertThat(page("gone", null, 100)).isEmpty();
        assertThat(sessions.get("sess_gone").join())
                .get()
                .extracting(Session::getStatus)
                .isEqualTo(SessionStatus.REMOVED);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theNewestStateStaysWhateverTheOrderOfManyWriters(long seed) {
        String user = "many-" + seed;
        List<Session> newest = new ArrayList<>();
        List<Session> all = new ArrayList<>();
        var random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            Session state = created("sess_many_%d_%02d".formatted(seed, i), user, CREATED_AT.plusMillis(i));
            all.add(state);
            int changes = random.nextInt(5);
            for (int change = 0; change < changes; change++) {
                state = connected(state);
                all.add(state);
            }
            if (random.nextInt(3) == 0) {
                all.add(removed(state, Instant.now()));
            } else {
                newest.add(state);
            }
        }
        Collections.shuffle(all, random);

        CompletableFuture.allOf(all.stream().map(sessions::put).toArray(CompletableFuture<?>[]::new))
                .join();

        assertThat(page(user, null, 100)).as("seed %d", seed).containsExactlyElementsOf(newest);
    }

    @Test
    void sessionsAreListedByCreationThenById() {
        Session late = created("sess_order_a", "order", CREATED_AT.plusMillis(1));
        Session b = created("sess_order_b", "order", CREATED_AT);
        Session c = created("sess_order_c", "order", CREATED_AT);
        List.of(late, c, b).forEach(it -> sessions.put(it).join());

        assertThat(page("order", null, 100)).containsExactly(b, c, late);
    }

    @Test
    void pagesGoOnAfterAnIdAlsoWhenItWasRemovedMeanwhile() {
        List<Session> all = IntStream.range(0, 7)
                .mapToObj(i -> created("sess_page_" + i, "pager", CREATED_AT.plusSeconds(i)))
                .toList();
        all.forEach(it -> sessions.put(it).join());

        assertThat(page("pager", null, 3)).isEqualTo(all.subList(0, 3));
        sessions.put(removed(all.get(2), Instant.now())).join();
        sessions.put(removed(all.get(4), Instant.now())).join();

        assertThat(page("pager", "sess_page_2", 3)).containsExactly(all.get(3), all.get(5), all.get(6));
        assertThat(page("pager", "sess_page_6", 3)).isEmpty();
    }

    @Test
    void thePlaceOfWhatWasRemovedMoreThanADayAgoIsUnknown() {
        Session session = created("sess_day", "day");
        sessions.put(session).join();

        sessions.put(removed(session, Instant.now().minus(Duration.ofHours(24))))
                .join();

        assertThat(sessions.get("sess_day").join()).isEmpty();
        assertThat(sessions.ofUser("day", "sess_day", 10).join()).isInstanceOf(Listing.UnknownPosition.class);
    }

    @Test
    void aPlaceInSomebodyElsesListIsUnknown() {
        sessions.put(created("sess_his", "he")).join();
        sessions.put(created("sess_hers", "she")).join();

        assertThat(sessions.ofUser("she", "sess_his", 10).join()).isInstanceOf(Listing.UnknownPosition.class);
        assertThat(sessions.ofUser("she", "sess_none", 10).join()).isInstanceOf(Listing.UnknownPosition.class);
        assertThat(sessions.ofUser("she", "", 10).join()).isInstanceOf(Listing.UnknownPosition.class);
    }

    @Test
    void usersAndIdsHoldAnything() {
        List<String> users = List.of("a:b", "{x}", "a b", "%41", "A", "ש\u200f*?[", "auth0|1", "\n", "");
        for (int i = 0; i < users.size(); i++) {
            sessions.put(created("sess_{any}|:" + i, users.get(i))).join();
        }

        for (int i = 0; i < users.size(); i++) {
            assertThat(page(users.get(i), null, 10))
                    .as(users.get(i))
                    .containsExactly(created("sess_{any}|:" + i, users.get(i)));
        }
    }

    @Test
    void whileRedisIsAwayReadsFailAtOnceAndTheWritingEdgeDoesNot() {
        try (RealRedis other = RealRedis.start();
                var instance =
                        RunningReads.start(other.url(), KafkaCluster.shared().bootstrapServers())) {
            SessionReads those = instance.sessions();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    those.tryPut(created("sess_away", "away")).join())
                            .isTrue());

            double before = givenUp(instance);
            other.stop();

            long begin = System.nanoTime();
            assertThat(those.tryPut(created("sess_away_2", "away")).join()).isFalse();
            assertThatThrownBy(() -> those.get("sess_away").join()).hasCauseInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> those.ofUser("away", null, 1).join())
                    .hasCauseInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> those.put(created("sess_away_2", "away")).join())
                    .hasCauseInstanceOf(UnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
            assertThat(givenUp(instance)).isEqualTo(before + 1);
            assertThat(instance.meters().get("rollcall.redis.failures").counters())
                    .isNotEmpty();
            await().untilAsserted(() ->
                    assertThat(instance.readiness("redis").reason()).contains("does not answer"));
        }
    }

    private static double givenUp(RunningReads instance) {
        return instance.meters()
                .counter("rollcall.reads.puts.given.up", "reads", "sessions")
                .count();
    }

    private static List<Session> page(String user, @Nullable String after, int limit) {
        return switch (sessions.ofUser(user, after, limit).join()) {
            case Listing.Found<Session>(var found) -> found;
            case Listing.UnknownPosition<Session> unknown -> throw new AssertionError(unknown);
        };
    }
}
