package io.rollcall.gateway.channels;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.channels.Stream.Joining;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.Ring;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.gateway.protocol.Command;
import io.rollcall.gateway.protocol.Command.Resume;
import io.rollcall.gateway.protocol.Encoding;
import io.rollcall.gateway.protocol.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionedStreamTest {

    private static final int PAGE = 3;

    private final CountingEncoding encoding = new CountingEncoding();

    @Test
    void aPublicationIsEncodedOnceForAll() {
        var stream = stream(0);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            readers.add(new Reader(stream));
            readers.getLast().joinAnew();
        }

        stream.publish(publication(1));

        assertThat(readers).allSatisfy(reader -> assertThat(reader.offsets()).containsExactly(1L));
        assertThat(encoding.encoded).isEqualTo(1);
    }

    @Test
    void whatComesBetweenTheAnswerAndTheStartIsNotLost() {
        var stream = stream(0);
        var reader = new Reader(stream);
        stream.join(reader.subscription);
        stream.publish(publication(1));

        assertThat(reader.offsets()).isEmpty();
        stream.advance(reader.subscription, PAGE);
        stream.publish(publication(2));

        assertThat(reader.offsets()).containsExactly(1L, 2L);
    }

    @Test
    void whoIsTooSlowForTheRingIsToldInsteadOfGivenAHole() {
        var stream = new PositionedStream("e", new Ring(2, 0));
        var reader = new Reader(stream);
        stream.join(reader.subscription);
        for (long offset = 1; offset <= 3; offset++) {
            stream.publish(publication(offset));
        }

        stream.advance(reader.subscription, PAGE);

        assertThat(reader.offsets()).isEmpty();
        assertThat(reader.isInterrupted()).isTrue();
    }

    @Test
    void aHoleInTheLogIsToldToEverybody() {
        var stream = stream(0);
        var reader = new Reader(stream);
        reader.joinAnew();

        stream.breakOffAt("f", 9);
        stream.publish(publication(10));

        assertThat(reader.offsets()).isEmpty();
        assertThat(reader.isInterrupted()).isTrue();
        assertThat(stream.position()).isEqualTo(new StreamPosition("f", 10));
    }

    @Test
    void whoStandsAheadSkipsWhatItHas() {
        var stream = stream(7);
        var reader = new Reader(stream);
        reader.joinAnew();
        assertThat(stream.standAt(5)).isTrue();

        for (long offset = 6; offset <= 8; offset++) {
            stream.publish(publication(offset));
        }

        assertThat(reader.offsets()).containsExactly(8L);
        assertThat(reader.isInterrupted()).isFalse();
    }

    @Test
    void aPageOfAChannelWithALongNameIsShorter() {
        var stream = stream(0);
        var reader = new Reader(stream, "c".repeat(Ring.PAGE_BYTES / 10));
        stream.join(reader.subscription);
        for (long offset = 1; offset <= 15; offset++) {
            stream.publish(publication(offset));
        }

        assertThat(stream.advance(reader.subscription, 100)).isInstanceOf(Stream.Advance.More.class);
        assertThat(reader.offsets()).hasSize(10);
        assertThat(stream.advance(reader.subscription, 100)).isInstanceOf(Stream.Advance.Done.class);
        assertThat(reader.offsets()).hasSize(15);
    }

    @Test
    void whoTakesOverWithAPositionIsNotGivenAgainWhatTheOtherWasGiven() {
        var stream = stream(0);
        var standing = new Reader(stream);
        standing.joinAnew();
        stream.publish(publication(1));
        stream.publish(publication(2));
        var taking = new Reader(stream);

        Joining joining = stream.takeOver(standing.subscription, taking.subscription, resume(1), PAGE);
        stream.publish(publication(3));
        taking.advance();

        assertThat(joining).isEqualTo(new Joining.Joined(new StreamPosition("e", 2), true, List.of(), false));
        assertThat(standing.offsets()).containsExactly(1L, 2L);
        assertThat(taking.offsets()).containsExactly(3L);
    }

    @Test
    void whoTakesOverWithAPositionBeforeTheOtherBeganIsGivenAllSince() {
        var stream = stream(0);
        stream.publish(publication(1));
        stream.publish(publication(2));
        var standing = new Reader(stream);
        standing.joinAnew();
        var taking = new Reader(stream);

        Joining joining = stream.takeOver(standing.subscription, taking.subscription, resume(1), PAGE);

        assertThat(joining)
                .isInstanceOfSatisfying(
                        Joining.Joined.class,
                        it -> assertThat(it.publications())
                                .extracting(Publication::offset)
                                .containsExactly(2L));
        assertThat(stream.holds(standing.subscription)).isFalse();
    }

    @Test
    void whoCannotTakeOverLeavesTheOtherAsItIs() {
        var stream = stream(0);
        var standing = new Reader(stream);
        standing.joinAnew();

        Joining joining = stream.takeOver(standing.subscription, new Reader(stream).subscription, resume(7), PAGE);
        stream.publish(publication(1));

        assertThat(joining).isInstanceOf(Joining.Unrecoverable.class);
        assertThat(standing.offsets()).containsExactly(1L);
    }

    @Test
    void aRetiredStreamTakesNobody() {
        var stream = stream(4);
        assertThat(stream.retireIfIdle(3)).as("knows better").isFalse();
        assertThat(stream.retireIfIdle(4)).isTrue();

        assertThat(stream.join(new Reader(stream).subscription)).isInstanceOf(Joining.Retired.class);
    }

    /**
     * Clients that come, go, come back, take over what they have and read at their own speed while publications flow and
     * the ring forgets.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everySessionIsWholeAndInOrder(long seed) {
        var random = new Random(seed);
        List<Long> log = new ArrayList<>();
        var archive = new Log(log);
        var stream = new PositionedStream("e", new Ring(8, 0), archive);
        List<Reader> readers = new ArrayList<>();
        long offset = 0;
        for (int step = 0; step < 3_000; step++) {
            int choice = random.nextInt(13);
            if (choice == 10) {
                archive.answerAll();
            } else if (choice == 11) {
                archive.floor = Math.max(archive.floor, offset - random.nextInt(200));
            } else if (choice == 12 && !readers.isEmpty()) {
                readers.get(random.nextInt(readers.size())).takeOver();
            } else if (choice < 5) {
                offset += 1 + random.nextInt(3);
                log.add(offset);
                stream.publish(publication(offset));
            } else if (choice == 5 && readers.size() < 40) {
                readers.add(new Reader(stream));
                readers.getLast().joinAnew();
            } else if (!readers.isEmpty()) {
                Reader reader = readers.get(random.nextInt(readers.size()));
                if (choice == 6) {
                    stream.leave(reader.subscription);
                } else if (choice == 7 && !stream.holds(reader.subscription)) {
                    reader.comeBack();
                } else {
                    reader.advance();
                }
            }
        }
        for (Reader reader : readers) {
            assertThat(reader.offsets())
                    .isEqualTo(log.stream()
                            .filter(it -> it > reader.from && it <= reader.at())
                            .toList());
        }
        assertThat(readers.stream().filter(reader -> reader.returns > 0)).isNotEmpty();
        assertThat(readers.stream().filter(reader -> reader.partsRead > 0)).isNotEmpty();
        assertThat(readers.stream().filter(reader -> reader.takeOversBehind > 0))
                .isNotEmpty();
    }

    private static Resume resume(long offset) {
        return new Resume(true, new StreamPosition("e", offset));
    }

    private PositionedStream stream(long standsAt) {
        return new PositionedStream("e", new Ring(100, standsAt));
    }

    private static Publication publication(long offset) {
        return new Publication(offset, Long.toString(offset).getBytes(StandardCharsets.UTF_8), 0);
    }

    /** All that was ever published, behind a floor that rises. Answers when it is told to. */
    private static final class Log implements Archive {
        private final List<Long> log;
        private final List<Runnable> asked = new ArrayList<>();
        private long floor;

        private Log(List<Long> log) {
            this.log = log;
        }

        @Override
        public long floor(long top) {
            return floor;
        }

        @Override
        public CompletionStage<Part> read(long after, int limit) {
            var answer = new CompletableFuture<Part>();
            asked.add(() -> {
                if (after < floor) {
                    answer.completeExceptionally(new IllegalStateException("gone"));
                    return;
                }
                List<Publication> publications = log.stream()
                        .filter(it -> it > after)
                        .limit(limit)
                        .map(PositionedStreamTest::publication)
                        .toList();
                answer.complete(new Part(
                        publications,
                        publications.isEmpty() ? after : publications.getLast().offset()));
            });
            return answer;
        }

        private void answerAll() {
            List<Runnable> now = List.copyOf(asked);
            asked.clear();
            now.forEach(Runnable::run);
        }
    }

    private final class Reader extends RecordingSubscriber {
        private final Stream stream;
        private Subscription subscription;
        private long from;
        private int returns;
        private int partsRead;
        private int takeOversBehind;
        private boolean reading;

        private Reader(Stream stream) {
            this(stream, "c");
        }

        private Reader(Stream stream, String channel) {
            super(encoding);
            this.stream = stream;
            this.subscription = new Subscription(channel, this, stream);
        }

        private List<Long> offsets() {
            return got().stream().map(Long::valueOf).toList();
        }

        private long at() {
            return got().isEmpty() ? from : Long.parseLong(got().getLast());
        }

        private void joinAnew() {
            from = ((Joining.Joined) stream.join(subscription)).position().offset();
            advance();
        }

        private void advance() {
            Subscription mine = subscription;
            if (!reading && stream.advance(mine, PAGE) instanceof Stream.Advance.Reading(var part)) {
                reading = true;
                part.whenComplete((read, failure) -> {
                    reading = false;
                    if (failure != null) {
                        stream.giveUp(mine);
                    } else {
                        partsRead++;
                        stream.give(mine, read);
                    }
                });
            }
        }

        private void takeOver() {
            if (!stream.holds(subscription)) {
                return;
            }
            Subscription before = subscription;
            subscription = new Subscription("c", this, stream);
            var joined = (Joining.Joined) stream.takeOver(before, subscription, Resume.ANEW, PAGE);
            assertThat(joined.position().offset()).isGreaterThanOrEqualTo(at());
            if (joined.more()) {
                takeOversBehind++;
            }
            advance();
        }

        private void comeBack() {
            subscription = new Subscription("c", this, stream);
            var resume = new Resume(true, new StreamPosition("e", at()));
            if (stream.rejoin(subscription, resume, PAGE) instanceof Joining.Joined joined) {
                returns++;
                joined.publications().forEach(it -> got().add(Long.toString(it.offset())));
                if (!joined.more()) {
                    advance();
                }
            } else {
                got().clear();
                joinAnew();
            }
        }
    }

    private static final class CountingEncoding implements Encoding {
        private int encoded;

        @Override
        public List<Command> decode(byte[] bytes, int offset, int length) {
            return List.of();
        }

        @Override
        public byte[] encode(Reply reply) {
            encoded++;
            return ((Reply.PublicationPush) reply).publication().data();
        }
    }
}
