package io.rollcall.gateway.channels;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PercentNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00fc", "\u063a", "\u5ba4", "\ud83c\udfa5"})
    void aNameMayHaveSoManyCharactersWhateverTheyTakeEncoded(String character) {
        String longest = character.repeat(PercentName.MAX_LENGTH);

        assertThat(PercentName.decode(encoded(longest))).isEqualTo(longest);
        assertThat(PercentName.decode(encoded(longest + "x"))).isNull();
    }

    @Test
    void oneThatIsEncodedMoreThanItNeedsToBeIsTheSameName() {
        assertThat(PercentName.decode("%61".repeat(PercentName.MAX_LENGTH)))
                .isEqualTo("a".repeat(PercentName.MAX_LENGTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%4g", "%C3", "%C3%28", "%C0%80", "%ED%A0%80"})
    void whatIsNoEncodingOfANameIsNone(String encoded) {
        assertThat(PercentName.decode(encoded)).isNull();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
