package io.rollcall.session.livekit;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rollcall.session.SessionApiProperties;
import io.rollcall.session.livekit.RoomApiException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Calls of LiveKit over one HTTP client. A few are on their way at once, a bounded number stands in line, and while
 * LiveKit does not answer it is not asked but for a try now and then.
 */
final class LivekitCalls implements AutoCloseable {

    /** ListRooms has no pages: room for tens of thousands of rooms with ordinary metadata. */
    private static final long MAX_ANSWER = 64L << 20;

    private static final Duration KEPT = Duration.ofMinutes(5);

    private final OkHttpClient http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CircuitBreaker breaker;
    private final MeterRegistry meters;
    private final int most;
    private final AtomicInteger open = new AtomicInteger();
    private volatile @Nullable RoomApiException trouble;

    /**
     * What came back, read to its end.
     *
     * @param status of HTTP
     * @param contentType as it was sent; empty when it was not
     */
    record Answer(int status, String contentType, ByteString body) {}

    /** Makes something of an answer, or says with a {@link RoomApiException} why it cannot. */
    @FunctionalInterface
    interface Reader<A> {

        A read(Answer answer);
    }

    /** Whom a call asks: only the silence of LiveKit itself says anything about LiveKit. */
    enum Asked {
        LIVEKIT,
        /** A node that may be gone, by way of LiveKit. */
        A_ROOM
    }

    LivekitCalls(SessionApiProperties.Livekit livekit, MeterRegistry meters, Duration breakerWait) {
        this.meters = meters;
        this.most = livekit.maxCalls() + livekit.maxWaitingCalls();
        var dispatcher = new Dispatcher(threads);
        dispatcher.setMaxRequests(livekit.maxCalls());
        dispatcher.setMaxRequestsPerHost(livekit.maxCalls());
        this.http = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                // One for each call that may be on its way: with the usual five, every call beyond connects anew.
                .connectionPool(new ConnectionPool(livekit.maxCalls(), KEPT.toSeconds(), TimeUnit.SECONDS))
                // Of the whole call; the others are parts of it and must not end it sooner.
                .callTimeout(livekit.timeout())
                .connectTimeout(livekit.timeout())
                .readTimeout(livekit.timeout())
                .writeTimeout(livekit.timeout())
                // A token is for LiveKit and not for whoever it names.
                .followRedirects(false)
                .build();
        this.breaker = CircuitBreaker.of(
                "livekit",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(5)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(breakerWait)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
        Gauge.builder("livekit.calls.open", open, AtomicInteger::get)
                .description("Calls of LiveKit's room API on their way or in line")
                .register(meters);
        Gauge.builder("livekit.breaker.open", breaker, it -> it.getState() == CircuitBreaker.State.OPEN ? 1 : 0)
                .description("1 while LiveKit is not asked because it did not answer")
                .register(meters);
    }

    /** Asks, and ends with what the reader makes of the answer or with a {@link RoomApiException}. */
    <A> CompletableFuture<A> send(String method, Asked asked, Request request, Reader<A> reader) {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            return notAsked(method, RoomApiException.busy(method));
        }
        if (!breaker.tryAcquirePermission()) {
            open.decrementAndGet();
            return notAsked(method, RoomApiException.breakerOpen(method));
        }
        var result = new CompletableFuture<A>();
        long began = System.nanoTime();
        http.newCall(request).enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                A value;
                try (response) {
                    value = reader.read(read(method, response));
                } catch (RoomApiException e) {
                    failed(e);
                    return;
                } catch (IOException e) {
                    onFailure(call, e);
                    return;
                } catch (RuntimeException | Error e) {
                    breaker.releasePermission();
                    end(method, "failed", began);
                    result.completeExceptionally(e);
                    return;
                }
                breaker.onSuccess(System.nanoTime() - began, TimeUnit.NANOSECONDS);
                trouble = null;
                end(method, "ok", began);
                result.complete(value);
            }

            @Override
            public void onFailure(Call call, IOException e) {
                failed(
                        e instanceof InterruptedIOException
                                ? RoomApiException.timeout(method, e)
                                : RoomApiException.unreachable(method, e));
            }

            private void failed(RoomApiException e) {
                tell(e, asked, System.nanoTime() - began);
                end(method, outcome(e), began);
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** Why LiveKit cannot be used, as the last call that said anything about it tells; null when it can. */
    @Nullable
    RoomApiException trouble() {
        return trouble;
    }

    private static Answer read(String method, Response response) throws IOException {
        ResponseBody body = response.body();
        BufferedSource source = body.source();
        if (source.request(MAX_ANSWER + 1)) {
            throw RoomApiException.notLivekit(method, response.code());
        }
        String type = response.header("Content-Type");
        return new Answer(response.code(), type == null ? "" : type, source.readByteString());
    }

    private void tell(RoomApiException e, Asked asked, long nanos) {
        boolean saysNothing = e.reason() == Reason.TIMEOUT && asked == Asked.A_ROOM;
        if (saysNothing) {
            breaker.releasePermission();
        } else if (e.reason() == Reason.REFUSED) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
            trouble = e.isAboutUs() ? e : null;
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, e);
            trouble = e;
        }
    }

    private <A> CompletableFuture<A> notAsked(String method, RoomApiException e) {
        timer(method, outcome(e)).record(Duration.ZERO);
        return CompletableFuture.failedFuture(e);
    }

    private void end(String method, String outcome, long began) {
        open.decrementAndGet();
        timer(method, outcome).record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    }

    private Timer timer(String method, String outcome) {
        return Timer.builder("livekit.calls")
                .description("Calls of LiveKit's room API, waiting in line included")
                .tag("method", method)
                .tag("outcome", outcome)
                .register(meters);
    }

    private static String outcome(RoomApiException e) {
        return e.reason().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        http.dispatcher().cancelAll();
        threads.shutdown();
        http.connectionPool().evictAll();
    }
}
