package io.rollcall.kittest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A topology as it was approved, in a file of its module: state hangs on the names and places of nodes and stores. */
public final class ApprovedTopology {

    private static final Pattern NAMES = Pattern.compile("(?:stores: \\[|--> |<-- )([^\\]]+)");

    private ApprovedTopology() {}

    /**
     * Fails when the topology is another one than the approved.
     *
     * @param described its description, as Kafka Streams gives it
     * @param file its name in the test resources
     */
    public static void check(String described, String file) throws IOException {
        String found = described.lines().map(ApprovedTopology::inOrder).collect(Collectors.joining("\n", "", "\n"));
        Path approved = Path.of("src/test/resources", file);
        if ("write".equals(System.getProperty("topology"))) {
            Files.createDirectories(Objects.requireNonNull(approved.getParent()));
            Files.writeString(approved, found);
        }
        assertThat(found)
                .as("a renamed store is a new, empty store; -Dtopology=write approves it")
                .isEqualTo(Files.exists(approved) ? Files.readString(approved) : "");
    }

    /** Which of several names is told first is chance. */
    private static String inOrder(String line) {
        Matcher names = NAMES.matcher(line);
        return names.find()
                ? line.substring(0, names.start(1))
                        + Arrays.stream(names.group(1).split(", ", 0)).sorted().collect(Collectors.joining(", "))
                        + line.substring(names.end(1))
                : line;
    }
}
