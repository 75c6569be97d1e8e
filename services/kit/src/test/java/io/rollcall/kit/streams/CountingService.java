package io.rollcall.kit.streams;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.kit.KitAutoConfiguration;
import io.rollcall.kit.ProcessExit;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.kafka.KafkaAutoConfiguration;
import io.rollcall.kit.kafka.SwitchableRegistry;
import io.rollcall.kit.peers.StoreReader;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A service with the smallest topology that has state: each room that comes in goes on with how often it has come. */
final class CountingService implements AutoCloseable {

    static final Topic<Room> IN = topic("counted-rooms");
    static final Topic<Room> OUT = topic("room-counts");
    static final List<Topic<?>> TOPICS = List.of(IN, OUT, Topics.deadLetters(Service.PRESENCE_HISTORY));

    static final String STORE = "counts-by-room";

    private final ConfigurableApplicationContext context;
    private final BlockingQueue<String> exits = new LinkedBlockingQueue<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Starts it.
     *
     * @param beforeCounting is given every room and may fail
     */
    CountingService(
            String bootstrapServers,
            SwitchableRegistry registry,
            Path data,
            Consumer<Room> beforeCounting,
            String... arguments) {
        var application = new SpringApplicationBuilder(Configuration.class)
                .web(WebApplicationType.NONE)
                .initializers(starting -> {
                    var beans = (GenericApplicationContext) starting;
                    beans.registerBean(SwitchableRegistry.class, () -> registry);
                    beans.registerBean(ProcessExit.class, () -> exits::add);
                    beans.registerBean(
                            ServiceTopology.class,
                            () -> builder -> addTo(builder, beans.getBean(StreamTopics.class), beforeCounting));
                });
        // As arguments, which come before the kit's defaults.
        var told = new ArrayList<>(List.of(
                "--spring.application.name=" + Service.PRESENCE_HISTORY.id(),
                "--rollcall.kafka.bootstrap-servers=" + bootstrapServers,
                "--rollcall.data-dir=" + data,
                "--logging.level.root=WARN",
                "--logging.level.org.apache.kafka=OFF"));
        told.addAll(List.of(arguments));
        if (told.stream().noneMatch(it -> it.startsWith("--rollcall.streams.standbys"))) {
            told.add("--rollcall.streams.standbys=0");
        }
        context = application.run(told.toArray(String[]::new));
        runtime().bindTo(meters);
    }

    private static Topic<Room> topic(String name) {
        return new Topic<>(
                name, "room key", Room.class, Service.PRESENCE_HISTORY, Set.of(), 2, new Topic.Keeps.Forever());
    }

    static Room room(String key) {
        return Room.newBuilder().setRoomKey(key).build();
    }

    StreamsRuntime runtime() {
        return context.getBean(StreamsRuntime.class);
    }

    Readiness readiness() {
        return runtime().check();
    }

    double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    /** What it ended its process for, in the words of the reason. */
    BlockingQueue<String> exits() {
        return exits;
    }

    /** How often a room has come, as endpoints read it. */
    @Nullable
    Integer count(String key, int partition) {
        var stores = new StoreReader(runtime());
        return stores.asked(
                () -> stores.<String, Integer>store(STORE, partition).get(key));
    }

    /** The same, however whole the store is. */
    @Nullable
    Integer countOfWhatIsThere(String key, int partition) {
        return runtime()
                .running()
                .store(StoreQueryParameters.fromNameAndType(STORE, QueryableStoreTypes.<String, Integer>keyValueStore())
                        .withPartition(partition)
                        .enableStaleStores())
                .get(key);
    }

    @Override
    public void close() {
        context.close();
    }

    private static void addTo(StreamsBuilder builder, StreamTopics topics, Consumer<Room> beforeCounting) {
        StreamTopic<Room> in = topics.of(IN);
        StreamTopic<Room> out = topics.of(OUT);
        builder.stream(in.name(), in.consumed())
                .process(supplier(beforeCounting), Named.as("count-rooms"))
                .to(out.name(), out.produced());
    }

    private static ProcessorSupplier<String, Room, String, Room> supplier(Consumer<Room> beforeCounting) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, Room, String, Room> get() {
                return new Count(beforeCounting);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.Integer()));
            }
        };
    }

    private static final class Count extends ContextualProcessor<String, Room, String, Room> {

        private final Consumer<Room> beforeCounting;
        private @Nullable KeyValueStore<String, Integer> counts;

        Count(Consumer<Room> beforeCounting) {
            this.beforeCounting = beforeCounting;
        }

        @Override
        public void init(ProcessorContext<String, Room> context) {
            super.init(context);
            counts = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, Room> record) {
            beforeCounting.accept(record.value());
            var store = Objects.requireNonNull(counts);
            Integer before = store.get(record.key());
            int count = before == null ? 1 : before + 1;
            store.put(record.key(), count);
            context()
                    .forward(record.withValue(
                            Room.newBuilder(record.value()).setPeople(count).build()));
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration({KitAutoConfiguration.class, KafkaAutoConfiguration.class, StreamsAutoConfiguration.class})
    static class Configuration {}
}
