package io.rollcall.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.gateway.websocket.OutboundQueue.Next;
import io.rollcall.gateway.websocket.OutboundQueue.Taken;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundQueueTest {

    private static final int LIMIT = 100_000;
    private static final byte[] TOO_SLOW = Frames.close(3008, "slow");
    private static final byte[] GOODBYE = Frames.close(3001, "shutdown");

    private final Traffic traffic = new Traffic();
    private final OutboundQueue queue = new OutboundQueue(LIMIT, traffic);
    private final ByteBuffer scratch = ByteBuffer.allocate(Frames.MAX_HEADER + OutboundQueue.MAX_JOINED_BYTES);

    @Test
    void whatIsQueuedIsJoinedInOneFrame() {
        offer("one");
        offer("two");
        offer("three");

        assertThat(next()).isEqualTo("text one\ntwo\nthree");
        assertThat(next()).isEqualTo("rest");
    }

    @Test
    void whatIsNotToBeJoinedIsAFrameEach() {
        var plain = new OutboundQueue(LIMIT, 1, traffic);
        plain.offer(bytes("one"), TOO_SLOW);
        plain.offer(bytes("two"), TOO_SLOW);

        assertThat(next(plain)).isEqualTo("text one");
        assertThat(next(plain)).isEqualTo("text two");
        assertThat(next(plain)).isEqualTo("rest");
    }

    @Test
    void aMessageInPlaceOfAnotherComesLastAndTheOtherNever() {
        assertThat(queue.offerInPlace(bytes("first"))).isEqualTo(Taken.SCHEDULE);
        offer("between");
        assertThat(queue.offerInPlace(bytes("second"))).isEqualTo(Taken.QUEUED);
        offer("after");

        assertThat(next()).isEqualTo("text between\nsecond\nafter");
        assertThat(traffic.queuedBytes()).isZero();
        queue.offerInPlace(bytes("third"));
        assertThat(next()).isEqualTo("text third");
    }

    @Test
    void aMessageInPlaceIsNeverTooLongAndLeavesTheRoomToOthers() {
        queue.offerInPlace(new byte[LIMIT * 2]);

        assertThat(offer("one")).isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(new byte[LIMIT], TOO_SLOW)).isEqualTo(Taken.QUEUED);
        assertThat(queue.offer(new byte[LIMIT], TOO_SLOW)).isEqualTo(Taken.OVERFLOWED);
        assertThat(queue.offerInPlace(bytes("late"))).isEqualTo(Taken.CLOSED);
        assertThat(traffic.queuedBytes()).isZero();
    }

    @Test
    void onlyTheFirstSchedulesUntilTheDrainerHasFoundItEmpty() {
        assertThat(offer("one")).isEqualTo(Taken.SCHEDULE);
        assertThat(offer("two")).isEqualTo(Taken.QUEUED);
        next();
        assertThat(offer("three")).isEqualTo(Taken.QUEUED);
        next();
        assertThat(next()).isEqualTo("rest");

        assertThat(offer("four")).isEqualTo(Taken.SCHEDULE);
    }

    @Test
    void aFrameHoldsNoMoreThanSixtyFourMessages() {
        for (int i = 0; i < 70; i++) {
            offer("m");
        }

        assertThat(next().split("\n", -1)).hasSize(OutboundQueue.MAX_JOINED);
        assertThat(next().split("\n", -1)).hasSize(70 - OutboundQueue.MAX_JOINED);
    }

    @Test
    void aFrameHoldsNoMoreThanSixteenKibibytesWithTheLineBreaks() {
        String half = "x".repeat(OutboundQueue.MAX_JOINED_BYTES / 2);
        offer(half);
        offer(half);
        offer("tail");

        assertThat(next()).isEqualTo("text " + half);
        assertThat(next()).isEqualTo("text " + half + "\ntail");

        offer(half);
        offer(half.substring(1));
        assertThat(next()).isEqualTo("text " + half + "\n" + half.substring(1));
    }

    @Test
    void whatIsLongerThanAFrameIsJoinedWithNothing() {
        String large = "y".repeat(OutboundQueue.MAX_JOINED_BYTES + 1);
        offer("before");
        offer(large);
        offer("behind");

        assertThat(next()).isEqualTo("text before");
        assertThat(next()).isEqualTo("text " + large);
        assertThat(next()).isEqualTo("text behind");
    }

    @Test
    void theLimitIsInBytesAndExactBesidesTheLongestMessage() {
        assertThat(offer("y")).isEqualTo(Taken.SCHEDULE);
        assertThat(offer("x".repeat(LIMIT * 2))).isEqualTo(Taken.QUEUED);
        assertThat(offer("y".repeat(LIMIT - 1))).isEqualTo(Taken.QUEUED);
        assertThat(traffic.queuedBytes()).isEqualTo(LIMIT * 3);

        assertThat(offer("z")).isEqualTo(Taken.OVERFLOWED);

        assertThat(traffic.queuedBytes()).isZero();
    }

    @Test
    void whatWasTakenOutLeavesRoom() {
        offer("x".repeat(LIMIT * 2));
        offer("y".repeat(LIMIT));
        next();

        assertThat(offer("z".repeat(LIMIT * 2))).isEqualTo(Taken.QUEUED);
        assertThat(offer("z")).isEqualTo(Taken.OVERFLOWED);
    }

    @Test
    void whoIsTooSlowGetsTheCloseFrameAndNothingOfWhatWasQueued() {
        offer("never sent");
        offer("x".repeat(LIMIT));
        assertThat(offer("x".repeat(LIMIT))).isEqualTo(Taken.OVERFLOWED);
        assertThat(offer("more")).isEqualTo(Taken.CLOSED);

        assertThat(next()).isEqualTo("close 3008 slow");
        assertThat(next()).isEqualTo("rest closed");
    }

    @Test
    void aCloseFollowsWhatIsQueued() {
        offer("one");
        assertThat(queue.close(GOODBYE)).isEqualTo(Taken.QUEUED);
        assertThat(queue.close(TOO_SLOW)).isEqualTo(Taken.CLOSED);

        assertThat(next()).isEqualTo("text one");
        assertThat(next()).isEqualTo("close 3001 shutdown");
        assertThat(next()).isEqualTo("rest closed");
    }

    @Test
    void aPongGoesFirstAndOnlyTheLatestIsSent() {
        offer("one");
        queue.offerControl(Frames.pong("a".getBytes(StandardCharsets.UTF_8)));
        queue.offerControl(Frames.pong("b".getBytes(StandardCharsets.UTF_8)));

        assertThat(next()).isEqualTo("pong b");
        assertThat(next()).isEqualTo("text one");
    }

    @Test
    void whatIsAbandonedIsForgotten() {
        offer("one");
        queue.offerControl(Frames.pong(new byte[0]));
        queue.close(GOODBYE);

        queue.abandon();

        assertThat(next()).isEqualTo("rest closed");
        assertThat(offer("two")).isEqualTo(Taken.CLOSED);
        assertThat(queue.offerControl(Frames.pong(new byte[0]))).isEqualTo(Taken.CLOSED);
        assertThat(traffic.queuedBytes()).isZero();
    }

    /** Messages of any size, in and out in any order: each comes once, in order, and no byte is left over. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34, 35, 36, 37, 38, 39, 40})
    void everythingComesOutOnceAndInOrder(long seed) {
        var random = new Random(seed);
        List<String> in = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            if (random.nextInt(3) > 0) {
                String message = i + "x".repeat(random.nextInt(50) == 0 ? random.nextInt(20_000) : random.nextInt(300));
                if (queue.bytes() + message.length() <= LIMIT) {
                    in.add(message);
                    offer(message);
                }
            } else {
                take(out);
            }
        }
        while (queue.bytes() > 0) {
            take(out);
        }

        assertThat(out).isEqualTo(in);
        assertThat(traffic.queuedBytes()).isZero();
    }

    private void take(List<String> out) {
        String next = next();
        if (next.startsWith("text ")) {
            out.addAll(Arrays.asList(next.substring("text ".length()).split("\n", -1)));
        }
    }

    private Taken offer(String message) {
        return queue.offer(bytes(message), TOO_SLOW);
    }

    private static byte[] bytes(String message) {
        return message.getBytes(StandardCharsets.UTF_8);
    }

    /** What goes to the network next, in words. */
    private String next() {
        return next(queue);
    }

    private String next(OutboundQueue from) {
        return switch (from.next(scratch)) {
            case Next.Write(var buffers, int messages, int bytes) -> {
                var wire = new ByteArrayOutputStream();
                buffers.forEach(it -> wire.write(it.array(), it.arrayOffset() + it.position(), it.remaining()));
                yield words(ByteBuffer.wrap(wire.toByteArray()));
            }
            case Next.Close(ByteBuffer frame) -> words(frame);
            case Next.Rest(boolean closed) -> closed ? "rest closed" : "rest";
        };
    }

    private static String words(ByteBuffer frame) {
        int opcode = frame.get() & 0x0F;
        int size = frame.get() & 0xFF;
        long length = size == 127 ? frame.getLong() : size == 126 ? frame.getShort() & 0xFFFF : size;
        assertThat(frame.remaining()).isEqualTo((int) length);
        String kind = switch (opcode) {
            case 1 -> "text ";
            case 8 -> "close " + frame.getShort() + " ";
            case 10 -> "pong ";
            default -> "opcode " + opcode + " ";
        };
        return kind + StandardCharsets.UTF_8.decode(frame);
    }
}
