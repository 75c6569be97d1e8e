package io.rollcall.local;

import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.AvroSerde;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.RoomEvent;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Says in words what Rollcall has made of the webhooks: the facts of {@code room-feed}, as they come. */
final class Narrator implements AutoCloseable {

    private final KafkaConsumer<String, RoomEvent> consumer;
    private final ApicurioRegistry registry;
    private final PrintStream out;
    private final AtomicInteger facts = new AtomicInteger();

    private Narrator(KafkaConsumer<String, RoomEvent> consumer, ApicurioRegistry registry, PrintStream out) {
        this.consumer = consumer;
        this.registry = registry;
        this.out = out;
    }

    /** Begins with what happens from now on. */
    static Narrator start(Ports ports, PrintStream out) {
        var registry = new ApicurioRegistry(URI.create("http://127.0.0.1:" + ports.registry()), Duration.ofSeconds(5));
        var consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        ports.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new StringDeserializer(),
                new AvroSerde<>(Topics.ROOM_FEED, registry));
        var feed = List.of(new TopicPartition(Topics.ROOM_FEED.name(), 0));
        consumer.assign(feed);
        consumer.seekToEnd(feed);
        consumer.position(feed.getFirst());
        var narrator = new Narrator(consumer, registry, out);
        Thread.ofPlatform().daemon().name("narrator").start(narrator::follow);
        return narrator;
    }

    /** How many facts there have been. */
    int facts() {
        return facts.get();
    }

    void say(String sentence) {
        out.println(Console.timeOfDay() + "  " + sentence);
    }

    private void follow() {
        try (consumer) {
            while (true) {
                for (ConsumerRecord<String, RoomEvent> fact : consumer.poll(Duration.ofSeconds(1))) {
                    facts.incrementAndGet();
                    say(FactWords.say(fact.value()));
                }
            }
        } catch (WakeupException e) {
            // The demo is over.
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        registry.close();
    }
}
