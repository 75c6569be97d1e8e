package io.rollcall.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rollcall.broker.TopicCreator.Report;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topic.Keeps;
import io.rollcall.schemas.Topic.StampedBy;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Room;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicCreatorTest {

    @TempDir
    static Path folder;

    private static Broker broker;
    private static Admin admin;

    @BeforeAll
    static void start() {
        broker = Broker.start(folder, 0);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void createsTheWholeCatalogueOnceAndThenFindsNothingToDo() throws Exception {
        Report first = new TopicCreator(admin).create(Topics.all());
        Report second = new TopicCreator(admin).create(Topics.all());

        assertThat(first.created())
                .containsExactlyElementsOf(
                        Topics.all().stream().map(Topic::name).toList());
        assertThat(second).isEqualTo(new Report(List.of(), List.of(), List.of()));
        var descriptions = admin.describeTopics(first.created()).allTopicNames().get();
        for (Topic<?> topic : Topics.all()) {
            assertThat(requireNonNull(descriptions.get(topic.name())).partitions())
                    .hasSize(topic.partitions());
        }
    }

    @Test
    void keepsADayInSegmentsThatAreShorterThanADay() throws Exception {
        var topic = topic("kept-for-a-day", 1, new Keeps.For(Duration.ofDays(1)), StampedBy.WRITER);

        new TopicCreator(admin).create(List.of(topic));

        assertThat(setting(topic, "cleanup.policy")).isEqualTo("delete");
        assertThat(setting(topic, "retention.ms")).isEqualTo("86400000");
        assertThat(setting(topic, "segment.ms")).isEqualTo("10800000");
        assertThat(setting(topic, "message.timestamp.type")).isEqualTo("CreateTime");
    }

    @Test
    void keepsForEverWhatTheCatalogueKeepsForEver() throws Exception {
        var topic = topic("kept-for-ever", 1, new Keeps.Forever(), StampedBy.BROKER);

        new TopicCreator(admin).create(List.of(topic));

        assertThat(setting(topic, "retention.ms")).isEqualTo("-1");
        assertThat(setting(topic, "retention.bytes")).isEqualTo("-1");
        assertThat(setting(topic, "message.timestamp.type")).isEqualTo("LogAppendTime");
    }

    @Test
    void compactsStateAndTakesRecordsOfTheSizeInTheCatalogue() throws Exception {
        var topic = topic("latest", 1, new Keeps.Latest(), StampedBy.WRITER).withRecordsOf(2_000_000);

        new TopicCreator(admin).create(List.of(topic));

        assertThat(setting(topic, "cleanup.policy")).isEqualTo("compact");
        assertThat(setting(topic, "max.message.bytes")).isEqualTo("2000000");
    }

    @Test
    void putsASettingRightThatIsNotAsTheCatalogueSays() throws Exception {
        var before = topic("adjusted", 1, new Keeps.For(Duration.ofHours(8)), StampedBy.WRITER);
        var after = topic("adjusted", 1, new Keeps.For(Duration.ofHours(16)), StampedBy.WRITER);
        new TopicCreator(admin).create(List.of(before));

        Report report = new TopicCreator(admin).create(List.of(after));

        assertThat(report.changed())
                .containsExactlyInAnyOrder(
                        "adjusted: retention.ms 28800000 → 57600000", "adjusted: segment.ms 3600000 → 7200000");
        // The controller says yes a moment before the broker knows.
        await().untilAsserted(() -> assertThat(setting(after, "retention.ms")).isEqualTo("57600000"));
    }

    @Test
    void leavesANumberOfPartitionsAloneAndSaysSo() throws Exception {
        var topic = topic("narrow", 6, new Keeps.Forever(), StampedBy.WRITER);
        admin.createTopics(List.of(new NewTopic(topic.name(), Optional.of(2), Optional.empty())))
                .all()
                .get();

        Report report = new TopicCreator(admin).create(List.of(topic));

        assertThat(report.different()).containsExactly("topic narrow has 2 partitions, the catalogue says 6");
        assertThatThrownBy(report::requireSame)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("narrow has 2 partitions")
                .hasMessageContaining("keys would move");
    }

    private static Topic<Room> topic(String name, int partitions, Keeps keeps, StampedBy stampedBy) {
        return new Topic<>(
                name,
                "room",
                Room.class,
                Service.PRESENCE_HISTORY,
                Set.of(),
                partitions,
                keeps,
                stampedBy,
                Topic.DEFAULT_RECORD_BYTES);
    }

    private static String setting(Topic<?> topic, String name) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        var settings = admin.describeConfigs(List.of(resource)).all().get();
        return requireNonNull(settings.get(resource)).get(name).value();
    }
}
