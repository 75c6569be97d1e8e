package io.rollcall.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.Topic.Keeps;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TopicsTest {

    private static final List<String> ENDINGS = List.of(
            "-events", "-observations", "-requests", "-commands", "-replies", "-messages", "-feed", "-dead-letters");

    static final List<Topic<?>> TOPICS = Topics.all();

    @Test
    void noTwoTopicsHaveTheSameNameSoThatEachHasOneWriter() {
        assertThat(TOPICS).extracting(Topic::name).doesNotHaveDuplicates();
    }

    @Test
    void everyTopicThatCodeCanNameIsInTheCatalogue() {
        assertThat(Arrays.stream(Topics.class.getFields())
                        .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == Topic.class)
                        .map(TopicsTest::value))
                .isNotEmpty()
                .allSatisfy(topic -> assertThat(TOPICS).contains((Topic<?>) topic));
    }

    @Test
    void everyWriterHasAPlaceForWhatItCannotProcess() {
        for (Topic<?> topic : TOPICS) {
            assertThat(TOPICS).contains(Topics.deadLetters(topic.writer()));
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void isNamedInLowerCaseWithDashesAndWithoutAVersion(Topic<?> topic) {
        assertThat(topic.name()).matches("[a-z]+(-[a-z]+)*");
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void stateIsAPluralNounOrAUsageAndTheRestSaysWhatItIs(Topic<?> topic) {
        boolean saysWhatItIs = ENDINGS.stream().anyMatch(topic.name()::endsWith);
        if (topic.keeps() instanceof Keeps.Latest) {
            assertThat(saysWhatItIs).as(topic.name()).isFalse();
            assertThat(topic.name()).matches(".*(s|-usage)");
        } else {
            assertThat(saysWhatItIs).as(topic.name()).isTrue();
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void deadLettersAreNamedAfterTheirWriter(Topic<?> topic) {
        if (topic.name().endsWith("-dead-letters")) {
            assertThat(topic.name()).isEqualTo(topic.writer().id() + "-dead-letters");
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void nobodyReadsItsOwnTopicBackAsAnother(Topic<?> topic) {
        assertThat(topic.readers()).doesNotContain(topic.writer());
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void aFeedHasOnePartitionBecauseItsOffsetsAreTheOrder(Topic<?> topic) {
        if (topic.name().endsWith("-feed")) {
            assertThat(topic.partitions()).isOne();
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void whatIsKeyedByRoomIsPartitionedAlike(Topic<?> topic) {
        boolean byRoom = topic.key().startsWith("room") && !topic.name().endsWith("-feed");
        if (byRoom) {
            assertThat(topic.partitions()).isEqualTo(Topics.ROOM_PARTITIONS);
        }
    }

    @ParameterizedTest
    @FieldSource("TOPICS")
    void takesWhatTheLargestRecordOfItsSourceBecomes(Topic<?> topic) {
        boolean carriesMuch = topic.equals(Topics.LIVEKIT_EVENTS)
                || topic.equals(Topics.LIVEKIT_OBSERVATIONS)
                || topic.name().endsWith("-dead-letters");
        assertThat(topic.maxRecordBytes())
                .isEqualTo(carriesMuch ? Topic.WEBHOOK_RECORD_BYTES : Topic.DEFAULT_RECORD_BYTES);
    }

    private static Object value(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
