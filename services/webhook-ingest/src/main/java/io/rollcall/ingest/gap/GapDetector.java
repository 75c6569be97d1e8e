package io.rollcall.ingest.gap;

import io.rollcall.kit.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks LiveKit from time to time how many webhooks it has sent and compares with how many were answered 200 here, both
 * since the first answer, or since LiveKit's counter last began anew. With one LiveKit node and one instance of this
 * service the difference is what was lost on the way; it is off by what is on its way just then.
 */
public final class GapDetector implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GapDetector.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * What is known.
     *
     * @param sent webhooks that LiveKit counts as delivered since the comparison began
     * @param taken webhooks answered 200 in the same time
     * @param missing sent minus taken; null before there was anything to compare
     * @param gaveUp deliveries that LiveKit gave up, of all its life
     * @param dropped events that LiveKit dropped before sending, of all its life
     * @param reachable whether the last question was answered
     */
    public record Gap(long sent, long taken, @Nullable Long missing, long gaveUp, long dropped, boolean reachable) {}

    private final HttpClient http;
    private final URI metrics;
    private final LongSupplier takenNow;
    private final ScheduledExecutorService schedule;
    private @Nullable DispatchCounts last;
    private long sentBefore;
    private long takenBefore;
    private volatile Gap gap = new Gap(0, 0, null, 0, 0, false);

    /** Asks at this address, so often; {@code taken} says how many were answered 200. */
    @SuppressWarnings("FutureReturnValueIgnored") // asking tells of its own failures
    public GapDetector(URI metrics, Duration interval, LongSupplier taken) {
        this.http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        this.metrics = metrics;
        this.takenNow = taken;
        this.schedule = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("gap-detector").daemon().factory());
        schedule.scheduleWithFixedDelay(this::ask, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is known now. */
    public Gap gap() {
        return gap;
    }

    private void ask() {
        try {
            long taken = takenNow.getAsLong();
            var request = HttpRequest.newBuilder(metrics).build();
            HttpResponse<String> answer = WholeAnswer.to(http, request, HttpResponse.BodyHandlers.ofString(), PATIENCE);
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode());
            }
            gap = compare(DispatchCounts.read(answer.body()), taken);
        } catch (IOException | RuntimeException e) {
            if (gap.reachable()) {
                log.atWarn().addKeyValue("reason", e.toString()).log("LiveKit's metrics cannot be read");
            }
            Gap known = gap;
            gap = new Gap(known.sent(), known.taken(), known.missing(), known.gaveUp(), known.dropped(), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Gap compare(DispatchCounts counts, long taken) {
        DispatchCounts before = last;
        last = counts;
        if (before == null || counts.delivered() < before.delivered()) {
            sentBefore = counts.delivered();
            takenBefore = taken;
        }
        long sent = counts.delivered() - sentBefore;
        long takenSince = taken - takenBefore;
        return new Gap(sent, takenSince, sent - takenSince, counts.failed(), counts.dropped(), true);
    }

    @Override
    public void close() {
        schedule.shutdownNow();
        http.shutdownNow();
    }
}
