package io.rollcall.kit.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks, and waits no longer than a time-out for all of the answer: the one of a {@link HttpRequest} ends with the headers. */
public final class WholeAnswer {

    private WholeAnswer() {}

    /**
     * The answer with its body; the question is withdrawn when it does not come in time.
     *
     * @throws HttpTimeoutException when it has not come in time
     * @throws IOException when it cannot be had
     */
    public static <T> HttpResponse<T> to(HttpClient http, HttpRequest request, BodyHandler<T> body, Duration timeout)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> asked = http.sendAsync(request, body);
        try {
            return asked.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            asked.cancel(true);
            throw new HttpTimeoutException(request.uri() + " does not answer in time");
        } catch (ExecutionException e) {
            throw new IOException(request.uri() + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            asked.cancel(true);
            throw e;
        }
    }
}
