package io.rollcall.kit.peers;

import io.rollcall.kit.auth.Bearer;
import io.rollcall.kit.http.WholeAnswer;
import io.rollcall.kit.web.RequestId;
import io.rollcall.kit.web.UnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Asks another instance of this service for its part. It answers from its own stores only, so a question never goes round. */
public final class PeerClient implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final JsonMapper json;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param timeout for connecting, and for the whole answer
     */
    public PeerClient(JsonMapper json, Duration timeout) {
        this.json = json;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    }

    /**
     * The answer to a question; null when the other one says that there is no such thing.
     *
     * @param query path and query below {@code /internal/v1}, encoded, without the partitions
     * @throws UnavailableException when there is no answer in time, or an error
     */
    public <T> @Nullable T ask(HostInfo host, String query, Collection<Integer> partitions, TypeReference<T> type) {
        String separator = query.contains("?") ? "&" : "?";
        URI uri = URI.create("http://" + host.host() + ":" + host.port() + "/internal/v1" + query + separator
                + "partitions=" + partitions.stream().map(String::valueOf).collect(Collectors.joining(",")));
        String requestId = RequestId.current();
        var request =
                HttpRequest.newBuilder(uri).header(RequestId.HEADER, requestId == null ? RequestId.fresh() : requestId);
        // The question is still the caller's: the other one asks for the same token.
        String authorization = Bearer.authorization();
        if (authorization != null) {
            request.header(HttpHeaders.AUTHORIZATION, authorization);
        }
        try {
            HttpResponse<byte[]> answer =
                    WholeAnswer.to(http, request.build(), HttpResponse.BodyHandlers.ofByteArray(), timeout);
            return switch (answer.statusCode()) {
                case 200 -> json.readValue(answer.body(), type);
                case 404 -> null;
                default -> throw noAnswer();
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noAnswer();
        } catch (IOException | JacksonException e) {
            throw noAnswer();
        }
    }

    private static UnavailableException noAnswer() {
        return new UnavailableException(
                "Another instance, which has a part of the state, does not answer.", RETRY_AFTER);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
