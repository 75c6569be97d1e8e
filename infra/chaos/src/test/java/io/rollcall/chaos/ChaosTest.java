package io.rollcall.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChaosTest {

    /** Before anything is started. */
    @ParameterizedTest
    @CsvSource({
        "commands, --only, stoop, no fault has \"stoop\" in its name",
        "quota, --brokers, 2, 'Kafka has 1 or 3 brokers here, not 2'"
    })
    void aWrongOptionIsRefusedInASentence(String program, String option, String value, String sentence) {
        var err = new StringWriter();

        int status = Chaos.commandLine().setErr(new PrintWriter(err, true)).execute(program, option, value);

        assertThat(status).isEqualTo(1);
        assertThat(err.toString()).isEqualToIgnoringNewLines(sentence);
    }
}
