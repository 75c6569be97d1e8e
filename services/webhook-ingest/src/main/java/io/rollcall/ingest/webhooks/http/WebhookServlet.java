package io.rollcall.ingest.webhooks.http;

import io.rollcall.ingest.recording.Delivery;
import io.rollcall.ingest.recording.Receipt;
import io.rollcall.ingest.recording.Recorder;
import io.rollcall.ingest.webhooks.domain.BodyScanner;
import io.rollcall.ingest.webhooks.domain.Scan;
import io.rollcall.ingest.webhooks.domain.TokenVerifier;
import io.rollcall.ingest.webhooks.domain.Verdict;
import io.rollcall.kit.web.RequestId;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /webhooks/livekit}: the hot path. Verifies, reads, scans, hands over to the recorder, and is answered from
 * whatever thread learns that the webhook is safe; no thread waits. Answers have no body.
 *
 * <p>LiveKit takes every 4xx for a delivery and sends it never again. So they are for what LiveKit did not sign, and for
 * a body over the limit; whatever goes wrong on our side is a 503.
 */
public final class WebhookServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String RETRY_SECONDS = "1";
    private static final int FIRST_CHUNK_BYTES = 16 << 10;

    /**
     * What it is held to.
     *
     * @param maxBody the longest body that is read, in bytes
     * @param bodyTime how long a body may take to arrive
     * @param answerTime how long an answer may take at most: the disk, not Kafka, decides that
     * @param maxBuffered what bodies that arrive in pieces may take together, in bytes
     */
    public record Limits(int maxBody, Duration bodyTime, Duration answerTime, long maxBuffered) {}

    private final transient TokenVerifier verifier;
    private final transient Recorder recorder;
    private final transient WebhookFigures figures;
    private final transient InstantSource clock;
    private final transient Supplier<UUID> ids;
    private final transient Limits limits;
    private final transient Intake intake;

    /** Records what the verifier accepts; {@code ids} makes the ids of records. */
    public WebhookServlet(
            TokenVerifier verifier,
            Recorder recorder,
            WebhookFigures figures,
            InstantSource clock,
            Supplier<UUID> ids,
            Limits limits) {
        this.verifier = verifier;
        this.recorder = recorder;
        this.figures = figures;
        this.clock = clock;
        this.ids = ids;
        this.limits = limits;
        this.intake = new Intake(limits.maxBuffered());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long began = System.nanoTime();
        String given = request.getHeader(RequestId.HEADER);
        String correlationId = given != null && RequestId.usable(given) ? given : RequestId.fresh();
        response.setHeader(RequestId.HEADER, correlationId);
        if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            refuse(request, response, HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        long now = clock.millis();
        Verdict verdict = verifier.verify(request.getHeader("Authorization"), now);
        if (!(verdict instanceof Verdict.Signed signed)) {
            figures.count(Outcome.UNAUTHORIZED);
            refuse(request, response, HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        long announced = request.getContentLengthLong();
        if (announced > limits.maxBody()) {
            figures.count(Outcome.TOO_LARGE);
            refuse(request, response, HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
            return;
        }
        ServletInputStream in = request.getInputStream();
        byte[] begin = new byte[announced < 0 ? 0 : (int) Math.min(announced, FIRST_CHUNK_BYTES)];
        int read = readWhatIsThere(in, begin);
        if (read == announced) {
            // All of it was there, as with every webhook of usual length: no need to be called back.
            new Exchange(request, response, signed, correlationId, now, began, limits.answerTime()).take(begin);
        } else {
            new Exchange(request, response, signed, correlationId, now, began, limits.bodyTime())
                    .read(in, begin, read, announced);
        }
    }

    /** Reads what came with the headers, without waiting for more. */
    private static int readWhatIsThere(ServletInputStream in, byte[] into) throws IOException {
        int read = 0;
        // "Available" only says whether there is anything, but one read then gives all of it.
        while (read < into.length && in.available() > 0) {
            int more = in.read(into, read, into.length - read);
            if (more < 0) {
                break;
            }
            read += more;
        }
        return read;
    }

    /**
     * Answers without looking at the body. It is read all the same, within bounds: a connection that is closed on unread
     * bytes is reset, and the sender may never see the answer.
     */
    private void refuse(HttpServletRequest request, HttpServletResponse response, int status) throws IOException {
        response.setStatus(status);
        if (request.getHeader("Expect") != null) {
            return;
        }
        ServletInputStream in = request.getInputStream();
        long announced = request.getContentLengthLong();
        boolean chunked = announced < 0 && request.getHeader("Transfer-Encoding") != null;
        byte[] waste = new byte[(int) Math.min(Math.max(announced, 0), FIRST_CHUNK_BYTES)];
        if (chunked || readWhatIsThere(in, waste) < announced) {
            AsyncContext context = request.startAsync(request, response);
            context.setTimeout(limits.bodyTime().toMillis());
            var discard = new Discard(context, response, in, 2L * limits.maxBody());
            context.addListener(discard);
            in.setReadListener(discard);
        }
    }

    /** One webhook from its verified token to its answer. Answered once, whoever comes first. */
    private final class Exchange implements Receipt, ReadListener, AsyncListener {

        private final AsyncContext context;
        private final HttpServletResponse response;
        private final Verdict.Signed signed;
        private final String correlationId;
        private final @Nullable String traceparent;
        private final long receivedAt;
        private final long began;
        private final AtomicBoolean answered = new AtomicBoolean();
        private @Nullable ServletInputStream in;
        private byte[] buffer = {};
        private int length;
        private volatile long held;
        private String event = "";
        private boolean unreadable;

        Exchange(
                HttpServletRequest request,
                HttpServletResponse response,
                Verdict.Signed signed,
                String correlationId,
                long receivedAt,
                long began,
                Duration patience) {
            this.correlationId = correlationId;
            this.traceparent = request.getHeader("traceparent");
            this.context = request.startAsync(request, response);
            this.response = response;
            this.signed = signed;
            this.receivedAt = receivedAt;
            this.began = began;
            context.setTimeout(patience.toMillis());
            context.addListener(this);
        }

        void take(byte[] body) {
            if (!TokenVerifier.matches(signed, body)) {
                refuse(HttpServletResponse.SC_UNAUTHORIZED, Outcome.UNAUTHORIZED);
                return;
            }
            figures.received(receivedAt);
            Scan scan = BodyScanner.scan(body);
            switch (scan) {
                case Scan.Event(var webhook) -> event = webhook.event();
                case Scan.Unreadable ignored -> unreadable = true;
            }
            recorder.record(
                    new Delivery(ids.get(), receivedAt, signed.apiKey(), correlationId, traceparent, scan), this);
        }

        // --- the body, when it comes in pieces

        void read(ServletInputStream from, byte[] begin, int alreadyRead, long announced) {
            buffer = begin;
            length = alreadyRead;
            // Memory is taken as bytes arrive, not as they are announced.
            if (!intake.take(begin.length)) {
                turnedAway();
                return;
            }
            held = begin.length;
            if (announced < 0 && !grow(FIRST_CHUNK_BYTES)) {
                turnedAway();
                return;
            }
            in = from;
            from.setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            ServletInputStream from = in;
            while (from != null && from.isReady() && !from.isFinished()) {
                if (length == buffer.length && !grow(Math.min(2 * length, limits.maxBody() + 1))) {
                    turnedAway();
                    return;
                }
                int read = from.read(buffer, length, buffer.length - length);
                if (read < 0) {
                    return;
                }
                length += read;
                if (length > limits.maxBody()) {
                    in = null;
                    refuse(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, Outcome.TOO_LARGE);
                    return;
                }
            }
        }

        private boolean grow(int to) {
            if (!intake.take(to - buffer.length)) {
                return false;
            }
            held = to;
            buffer = Arrays.copyOf(buffer, to);
            return true;
        }

        @Override
        public void onAllDataRead() {
            if (in != null) {
                in = null;
                context.setTimeout(limits.answerTime().toMillis());
                byte[] body = length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
                buffer = body;
                take(body);
            }
        }

        @Override
        public void onError(Throwable failure) {
            in = null;
            abandon();
        }

        // --- the answer

        @Override
        public void recorded(Place place) {
            if (answered.compareAndSet(false, true)) {
                figures.acknowledged(System.nanoTime() - began);
                if (unreadable) {
                    figures.count(Outcome.DEAD_LETTERED);
                } else {
                    figures.count(event, place == Place.KAFKA ? Outcome.RECORDED : Outcome.SPOOLED);
                }
                answer(HttpServletResponse.SC_OK);
            }
        }

        @Override
        public void turnedAway() {
            in = null;
            refuse(HttpServletResponse.SC_SERVICE_UNAVAILABLE, Outcome.TURNED_AWAY);
        }

        /** Not a 4xx: it would tell LiveKit that we have it. */
        private void abandon() {
            in = null;
            refuse(HttpServletResponse.SC_SERVICE_UNAVAILABLE, Outcome.ABANDONED);
        }

        private void refuse(int status, Outcome outcome) {
            if (answered.compareAndSet(false, true)) {
                figures.count(outcome);
                answer(status);
            }
        }

        private void answer(int status) {
            release();
            try {
                response.setStatus(status);
                if (status == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
                    response.setHeader("Retry-After", RETRY_SECONDS);
                }
                context.complete();
            } catch (IllegalStateException e) {
                // The connection has gone meanwhile; what was recorded stays recorded.
                return;
            }
        }

        private void release() {
            long give = held;
            held = 0;
            if (give > 0) {
                intake.giveBack(give);
            }
        }

        // --- what the container tells

        @Override
        public void onTimeout(AsyncEvent event) {
            abandon();
        }

        @Override
        public void onError(AsyncEvent event) {
            abandon();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            release();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Never started anew.
        }
    }

    /** Reads a body to its end, for nothing, and lets the answer go; gives up on a long or a slow one. */
    private static final class Discard implements ReadListener, AsyncListener {

        private final AsyncContext context;
        private final HttpServletResponse response;
        private final ServletInputStream in;
        private final byte[] waste = new byte[4 << 10];
        private final AtomicBoolean answered = new AtomicBoolean();
        private long left;

        Discard(AsyncContext context, HttpServletResponse response, ServletInputStream in, long most) {
            this.context = context;
            this.response = response;
            this.in = in;
            this.left = most;
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (!answered.get() && in.isReady() && !in.isFinished()) {
                int read = in.read(waste);
                left -= Math.max(read, 0);
                if (read < 0 || left < 0) {
                    giveUp();
                    return;
                }
            }
        }

        @Override
        public void onAllDataRead() {
            if (answered.compareAndSet(false, true)) {
                context.complete();
            }
        }

        private void giveUp() {
            if (answered.compareAndSet(false, true)) {
                response.setHeader("Connection", "close");
                context.complete();
            }
        }

        @Override
        public void onError(Throwable failure) {
            giveUp();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            giveUp();
        }

        @Override
        public void onError(AsyncEvent event) {
            giveUp();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // Nothing is held.
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Never started anew.
        }
    }
}
