package io.rollcall.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses as servers send them, cut anywhere. */
class ResponseParserTest {

    private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\n\r\n";
    private static final String WITH_BODY =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5\r\nRetry-After: 1\r\n\r\nab\r\nc";
    private static final String CHUNKED =
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n\r\na\r\n1\r\nb\r\n0\r\nTrailer: t\r\n\r\n";
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final String NO_CONTENT = "HTTP/1.1 204 No Content\nConnection: close\n\n";

    private final ResponseParser parser = new ResponseParser();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 50, 10_000})
    void responsesAreFoundHoweverTheyAreCut(int piece) {
        assertThat(statuses(EMPTY + WITH_BODY + CHUNKED + CONTINUE + NO_CONTENT + EMPTY, piece))
                .containsExactly(200, 503, 200, 204, 200);
        assertThat(parser.inTheMiddle()).isFalse();
    }

    @Test
    void theServerSaysWhetherItClosesTheConnection() {
        statuses(NO_CONTENT, 1);
        assertThat(parser.closing()).isTrue();

        statuses(EMPTY, 1);
        assertThat(parser.closing()).isFalse();
    }

    @Test
    void anUnfinishedResponseIsNotOne() {
        assertThat(statuses(WITH_BODY.substring(0, WITH_BODY.length() - 1), 3)).isEmpty();
        assertThat(parser.inTheMiddle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH\r\n",
                "HTTP/2.0 200 OK\r\n",
                "HTTP/1.1 2x0 OK\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"
            })
    void whatIsNoResponseIsRefused(String bytes) {
        assertThatIllegalArgumentException().isThrownBy(() -> statuses(bytes, 4));
    }

    private List<Integer> statuses(String bytes, int piece) {
        var statuses = new ArrayList<Integer>();
        for (int from = 0; from < bytes.length(); from += piece) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes.substring(from, Math.min(bytes.length(), from + piece))
                    .getBytes(ISO_8859_1));
            while (buffer.hasRemaining()) {
                if (parser.take(buffer)) {
                    statuses.add(parser.status());
                }
            }
        }
        return statuses;
    }
}
