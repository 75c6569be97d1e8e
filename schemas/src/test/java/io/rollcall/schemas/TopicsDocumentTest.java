package io.rollcall.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.schemas.Topic.Keeps;
import io.rollcall.schemas.Topic.StampedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of topics in the documentation is made from the catalogue. */
class TopicsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "topics.md");
    private static final String WRITE = "mvn -pl schemas -am test -Dtest=TopicsDocumentTest -Ddocs=write"
            + " -Dsurefire.failIfNoSpecifiedTests=false";

    @Test
    void saysWhatTheCatalogueSays() throws IOException {
        String expected = document();
        if ("write".equals(System.getProperty("docs"))) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, expected, UTF_8);
        }

        String actual = Files.exists(DOCUMENT) ? Files.readString(DOCUMENT, UTF_8) : "";

        assertThat(actual)
                .as("docs/topics.md is out of date: write it again with\n    " + WRITE)
                .isEqualTo(expected);
    }

    private static String document() {
        return """
                # Topics

                Made from the catalogue (`io.rollcall.schemas.Topics`), which is the truth; do not edit. Write it again with
                `%s`.

                Keys are UTF-8 strings. Values are Avro in Confluent's wire layout, registered under `<topic>-value` in the
                schema registry with the rule FULL_TRANSITIVE; the schemas are in `schemas/src/main/avro`. Each topic has
                exactly one writer.

                | topic | key | value | writer | readers | partitions | keeps | largest record |
                | --- | --- | --- | --- | --- | --- | --- | --- |
                %s
                """.formatted(
                WRITE, Topics.all().stream().map(TopicsDocumentTest::row).collect(Collectors.joining("\n")));
    }

    private static String row(Topic<?> topic) {
        String readers = topic.readers().isEmpty()
                ? "people and tools"
                : topic.readers().stream().map(Service::id).sorted().collect(Collectors.joining(", "));
        String keeps = keeps(topic.keeps()) + (topic.stampedBy() == StampedBy.BROKER ? "; stamped by the broker" : "");
        return "| `%s` | %s | `%s` | %s | %s | %d | %s | %d MiB |"
                .formatted(
                        topic.name(),
                        topic.key(),
                        topic.value().getSimpleName(),
                        topic.writer().id(),
                        readers,
                        topic.partitions(),
                        keeps,
                        topic.maxRecordBytes() / (1024 * 1024));
    }

    private static String keeps(Keeps keeps) {
        return switch (keeps) {
            case Keeps.For(Duration retention) ->
                retention.toDays() == 1
                        ? "1 day"
                        : retention.toDays() > 1 ? retention.toDays() + " days" : hours(retention);
            case Keeps.Forever() -> "for ever";
            case Keeps.Latest() -> "the latest of each key (compacted)";
        };
    }

    private static String hours(Duration retention) {
        return retention.toMinutes() % 60 == 0 ? retention.toHours() + " h" : retention.toMinutes() + " min";
    }
}
