package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines for programs are shown as lines for people, others as they are. */
class LogLineTest {

    @Test
    void aStructuredLineIsShownWithItsKeysAndItsTrace() {
        String shown = LogLine.render("{\"@timestamp\":\"2026-11-25T15:24:58.293830770Z\","
                + "\"log\":{\"level\":\"WARN\",\"logger\":\"io.rollcall.kit.web.ProblemAdvice\"},"
                + "\"process\":{\"pid\":1},\"service\":{\"name\":\"x\"},\"message\":\"a request failed\","
                + "\"path\":\"/rooms\",\"error\":{\"type\":\"T\",\"stack_trace\":\"T: no\\n\\tat a\\n\"},"
                + "\"ecs\":{\"version\":\"8.11\"}}");

        assertThat(shown.lines().toList())
                .satisfiesExactly(
                        first ->
                                assertThat(first).endsWith(":58.293 WARN  ProblemAdvice: a request failed path=/rooms"),
                        second -> assertThat(second).isEqualTo("T: no"),
                        third -> assertThat(third).isEqualTo("\tat a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-25 INFO started",
                "{not json",
                "{\"a\":1}",
                "{\"@timestamp\":\"yesterday\",\"message\":\"m\"}"
            })
    void anythingElseIsShownAsItIs(String line) {
        assertThat(LogLine.render(line)).isEqualTo(line);
    }
}
