package io.rollcall.presence.rooms.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.kittest.FixedRegistry;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A node or a store that gets another name, or another place, is a deliberate act: state hangs on them. */
class TopologyDescriptionTest {

    private static final Pattern NAMES = Pattern.compile("(?:stores: \\[|--> |<-- )([^\\]]+)");

    @Test
    void theTopologyIsTheOneThatWasApproved() throws IOException {
        try (var approved = Objects.requireNonNull(getClass().getResourceAsStream("topology.txt"))) {
            assertThat(described()).isEqualTo(new String(approved.readAllBytes(), UTF_8));
        }
    }

    /** Which of several names is told first is chance. */
    private static String described() {
        return PresenceDriver.topology(new FixedRegistry())
                .describe()
                .toString()
                .lines()
                .map(TopologyDescriptionTest::inOrder)
                .collect(joining("\n", "", "\n"));
    }

    private static String inOrder(String line) {
        Matcher names = NAMES.matcher(line);
        return names.find()
                ? line.substring(0, names.start(1))
                        + Arrays.stream(names.group(1).split(", ", 0)).sorted().collect(joining(", "))
                        + line.substring(names.end(1))
                : line;
    }
}
