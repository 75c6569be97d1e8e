package io.rollcall.gateway.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rollcall.gateway.channels.Channels.Lookup;
import io.rollcall.gateway.channels.RecordingSubscriber;
import io.rollcall.gateway.channels.Stream;
import io.rollcall.gateway.channels.Subscription;
import io.rollcall.gateway.protocol.JsonEncoding;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import io.rollcall.schemas.rooms.RoomOpened;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads a real broker, with a consumer that breaks when it is told to. */
class FeedReaderTest {

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KafkaCluster cluster = KafkaCluster.shared();
    private final String room = "room-" + UUID.randomUUID();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicBoolean breaks = new AtomicBoolean();
    private final AtomicReference<Claim> claim = new AtomicReference<>(Claim.NONE);
    private final AtomicInteger outOfRange = new AtomicInteger();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private volatile long outOfRangeAt;
    private final RecordingSubscriber ofRoom = new RecordingSubscriber(new JsonEncoding());
    private final RecordingSubscriber ofAll = new RecordingSubscriber(new JsonEncoding());
    private final KafkaProducer<String, byte[]> producer = producer();
    private final KafkaSettings kafka = new KafkaSettings(
            cluster.bootstrapServers(),
            URI.create("http://127.0.0.1:1"),
            Duration.ofSeconds(1),
            Duration.ofSeconds(6),
            Map.of());
    private final FeedArchive archive = new FeedArchive(kafka, REGISTRY, 0);
    private final LogProgress progress = new LogProgress(PATIENCE);
    private final RoomChannels channels = new RoomChannels(
            new RoomChannels.Keeps(100, 100, 1 << 20, 1 << 20), true, new RoomsOf(""), archive, progress::caughtUp);
    private final FeedReader reader =
            new FeedReader(
                    kafka,
                    REGISTRY,
                    channels,
                    archive,
                    progress,
                    true,
                    20_000,
                    InstantSource.system(),
                    (record, why) -> {}) {
                @Override
                protected Consumer<byte[], byte[]> open() {
                    opened.incrementAndGet();
                    if (outOfRangeAt != 0) {
                        pauses.add(Duration.ofNanos(System.nanoTime() - outOfRangeAt));
                    }
                    return breaking(super.open());
                }
            };
    private long sequence;

    @BeforeEach
    void start() {
        cluster.createTopics(Topics.all());
        reader.start();
        await().atMost(PATIENCE).until(reader::isComplete);
        join("rooms:" + room, ofRoom);
        join("rooms:*", ofAll);
    }

    @AfterEach
    void stop() {
        reader.stop();
        archive.close();
        producer.close();
    }

    @Test
    void aConsumerThatBreaksIsReplacedAndNothingIsMissedOrComesTwice() {
        write(3);
        await().atMost(PATIENCE)
                .until(() -> ids(ofRoom).size() == 3 && ids(ofAll).size() == 3);

        breaks.set(true);
        await().atMost(PATIENCE).until(() -> opened.get() == 2);
        write(4);

        await().atMost(PATIENCE)
                .until(() -> ids(ofRoom).size() >= 7 && ids(ofAll).size() >= 7);
        assertThat(ids(ofRoom)).containsExactlyElementsOf(names(7));
        assertThat(ids(ofAll)).containsExactlyElementsOf(names(7));
        assertThat(ofRoom.isInterrupted()).isFalse();
        assertThat(ofAll.isInterrupted()).isFalse();
    }

    @Test
    void whatCameBetweenTwoConsumersIsReadByTheSecond() {
        write(2);
        await().atMost(PATIENCE).until(() -> ids(ofAll).size() == 2);

        breaks.set(true);
        for (int i = 0; i < 50; i++) {
            write(1);
        }

        await().atMost(PATIENCE)
                .until(() -> ids(ofRoom).size() >= 52 && ids(ofAll).size() >= 52);
        assertThat(opened).hasValue(2);
        assertThat(ids(ofRoom)).containsExactlyElementsOf(names(52));
        assertThat(ids(ofAll)).containsExactlyElementsOf(names(52));
        assertThat(ofRoom.isInterrupted()).isFalse();
        assertThat(ofAll.isInterrupted()).isFalse();
    }

    /** A broker alone that lost its last records with its power, or a volume that was restored. */
    @Test
    void aLogThatEndsBeforeItsPositionIsToldToEverybodyAndReadAnew() {
        write(3);
        await().atMost(PATIENCE)
                .until(() -> ids(ofRoom).size() == 3 && ids(ofAll).size() == 3);

        claim.set(Claim.ASKED_FOR);
        await().atMost(PATIENCE).until(() -> ofRoom.isInterrupted() && ofAll.isInterrupted());
        var ofRoomAgain = new RecordingSubscriber(new JsonEncoding());
        var ofAllAgain = new RecordingSubscriber(new JsonEncoding());
        await().atMost(PATIENCE).until(() -> top("rooms:" + room) == 3);
        join("rooms:" + room, ofRoomAgain);
        join("rooms:*", ofAllAgain);
        write(1);

        await().atMost(PATIENCE)
                .until(() -> ids(ofRoomAgain).contains("e4") && ids(ofAllAgain).contains("e4"));
        assertThat(opened).hasValue(2);
        assertThat(ids(ofRoomAgain)).containsExactly("e4");
    }

    /** What the broker has refused once may be there when the next consumer looks, with something else behind it. */
    @Test
    void aPositionThatTheBrokerDoesNotHaveIsNotTakenUpAgainAndNotAskedForWithoutAPause() {
        write(3);
        await().atMost(PATIENCE)
                .until(() -> ids(ofRoom).size() == 3 && ids(ofAll).size() == 3);

        outOfRange.set(3);
        await().atMost(PATIENCE).until(ofAll::isInterrupted);
        write(1);

        await().atMost(PATIENCE).until(() -> opened.get() == 4 && ids(ofRoom).contains("e4"));
        assertThat(ofRoom.isInterrupted()).as("its own log has its position").isFalse();
        assertThat(ids(ofRoom)).containsExactlyElementsOf(names(4));
        assertThat(pauses).hasSize(3).allMatch(it -> it.compareTo(Duration.ofMillis(400)) > 0);
    }

    private long top(String channel) {
        Stream stream = ((Lookup.Feed) channels.find(channel)).stream();
        return Objects.requireNonNull(stream.history(null, 0, false)).position().offset();
    }

    private void join(String channel, RecordingSubscriber listener) {
        Stream stream = ((Lookup.Feed) channels.open(channel)).stream();
        var subscription = new Subscription(channel, listener, stream);
        assertThat(stream.join(subscription)).isInstanceOf(Stream.Joining.Joined.class);
        assertThat(stream.advance(subscription, 10)).isInstanceOf(Stream.Advance.Done.class);
    }

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            sequence++;
            var event = RoomEvent.newBuilder()
                    .setId("e" + sequence)
                    .setType(RoomEventType.ROOM_OPENED)
                    .setOccurredAt(Instant.EPOCH)
                    .setRoomKey(room)
                    .setSequence(sequence)
                    .setRoomOpened(RoomOpened.newBuilder().build())
                    .build();
            send(Topics.ROOM_EVENTS, event);
            send(Topics.ROOM_FEED, event);
        }
        producer.flush();
    }

    private void send(Topic<RoomEvent> topic, RoomEvent event) {
        var _ = producer.send(new ProducerRecord<>(
                topic.name(), room, new AvroSerde<>(topic, REGISTRY).serialize(topic.name(), event)));
    }

    private List<String> ids(RecordingSubscriber listener) {
        return listener.got().stream()
                .filter(it -> it.contains(room))
                .map(it -> it.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private static List<String> names(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(it -> "e" + it).toList();
    }

    private KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** The same consumer, which fails and claims what a test tells it to. */
    @SuppressWarnings("unchecked")
    private Consumer<byte[], byte[]> breaking(Consumer<byte[], byte[]> real) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("poll")) {
                        beforePoll();
                    }
                    try {
                        Object answer = method.invoke(real, arguments);
                        return method.getName().equals("position") && claim.get() == Claim.MADE
                                ? Long.valueOf((Long) answer + 1_000)
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void beforePoll() {
        if (claim.compareAndSet(Claim.MADE, Claim.NONE) || breaks.compareAndSet(true, false)) {
            throw new KafkaException("broken by the test");
        }
        claim.compareAndSet(Claim.ASKED_FOR, Claim.MADE);
        if (outOfRange.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
            outOfRangeAt = System.nanoTime();
            throw new OffsetOutOfRangeException(Map.of(new TopicPartition(Topics.ROOM_FEED.name(), 0), 0L));
        }
    }

    /** That the consumer has read a thousand records that the log does not have; it breaks right after. */
    private enum Claim {
        NONE,
        ASKED_FOR,
        MADE
    }
}
