package io.rollcall.kit.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.web.BadFieldException;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class CommandIdsTest {

    private final MockHttpServletRequest request = new MockHttpServletRequest();

    @Test
    void aKeyIsTakenAsItWasSent() {
        request.addHeader("idempotency-key", "a, b,\"c\";d=e");
        assertThat(CommandIds.key(request)).isEqualTo("a, b,\"c\";d=e");
    }

    @Test
    void aRequestWithoutAKeyHasNone() {
        assertThat(CommandIds.key(request)).isNull();
    }

    @Test
    void twoKeysAreRefused() {
        request.addHeader(CommandIds.HEADER, "a");
        request.addHeader(CommandIds.HEADER, "b");
        assertThatThrownBy(() -> CommandIds.key(request))
                .isInstanceOf(BadFieldException.class)
                .hasMessageContaining("must be given once");
    }
}
