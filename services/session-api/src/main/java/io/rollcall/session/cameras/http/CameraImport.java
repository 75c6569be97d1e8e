package io.rollcall.session.cameras.http;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.NotSentException;
import io.rollcall.kit.web.BadFieldException;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.cameras.CameraCommand;
import io.rollcall.schemas.cameras.CameraEvent;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.session.cameras.http.CameraAnswer.Imported;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.cameras.wire.CameraCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/**
 * Brings many cameras into the catalogue: a command each, some hundreds on their way at a time. The body is read through
 * once before, so that one that is malformed or too long changes nothing.
 */
final class CameraImport {

    /** How many rows a body may have. */
    static final int MAX_ROWS = 10_000;

    private static final int IMPORTS_AT_ONCE = 2;
    private static final int ON_THEIR_WAY = 500;
    private static final int ATTEMPTS = 3;
    /** A broker that is started again is back before the last attempt. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** No camera: where it is remembered which body an Idempotency-Key came with. */
    private static final String CLAIMS = "imports";

    private final CommandClient<CameraCommand, CameraEvent> commands;
    private final CameraCatalogue catalogue;
    private final CameraReader reader;
    private final CameraClaims claims;
    private final Semaphore turns = new Semaphore(IMPORTS_AT_ONCE);

    /** The right to hold a body in memory. */
    interface Turn extends AutoCloseable {

        @Override
        void close();
    }

    CameraImport(CommandClient<CameraCommand, CameraEvent> commands, CameraCatalogue catalogue, CameraReader reader) {
        this.commands = commands;
        this.catalogue = catalogue;
        this.reader = reader;
        this.claims = new CameraClaims(commands);
    }

    /**
     * Waits for a turn: to be taken before the body is read.
     *
     * @throws UnavailableException when others take too long
     */
    Turn turn() {
        try {
            if (turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return turns::release;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new UnavailableException("Other imports are running; try again in a moment.", RETRY_AFTER);
    }

    /**
     * Imports; returns once every row has its outcome.
     *
     * @throws UnavailableException when nothing could be recorded
     */
    Imported run(byte[] body, Rows rows, CommandHeader header) {
        var count = new AtomicInteger();
        rows.tell(body, _ -> {
            if (count.incrementAndGet() > MAX_ROWS) {
                throw new ResponseStatusException(
                        HttpStatus.CONTENT_TOO_LARGE, "At most " + MAX_ROWS + " cameras can be imported at once");
            }
        });
        if (header.getRepeatable()) {
            // The rows' own commands are decided by their cameras, none of which would notice another body.
            var _ = claims.isFirst(header, CLAIMS);
        }
        var run = new Run(header);
        rows.tell(body, run::row);
        return run.result();
    }

    private static UnavailableException unavailable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnavailableException it) {
                return it;
            }
        }
        throw new IllegalStateException(failure);
    }

    private final class Run {

        private final CommandHeader header;
        private final Semaphore onTheirWay = new Semaphore(ON_THEIR_WAY);
        private final List<Imported.Row> errors = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger imported = new AtomicInteger();
        private final AtomicReference<@Nullable UnavailableException> broken = new AtomicReference<>();
        private int index;

        Run(CommandHeader header) {
            this.header = header;
        }

        void row(JsonNode row) {
            int at = index++;
            String id = CameraReader.idOf(row);
            if (!row.isObject()) {
                errors.add(new Imported.Row(at, id, "must be an object"));
                return;
            }
            CameraReader.Given given;
            try {
                given = reader.read(row, null);
            } catch (BadFieldException e) {
                errors.add(new Imported.Row(
                        at, id, Objects.requireNonNullElse(e.getBody().getDetail(), "")));
                return;
            }
            onTheirWay.acquireUninterruptibly();
            UnavailableException before = broken.get();
            if (before != null) {
                // Whoever is away will not take the next nine thousand either.
                onTheirWay.release();
                errors.add(new Imported.Row(at, id, words(before)));
                return;
            }
            CommandHeader own = CameraHeaders.next(header, Integer.toString(at));
            var _ = send(given, own, 1)
                    .thenCompose(event ->
                            catalogue.shows(given.id(), event.getCamera()).thenApply(_ -> event))
                    .whenComplete((event, failure) -> {
                        settle(at, id, event, failure);
                        onTheirWay.release();
                    });
        }

        /** Under the same command id nothing is done twice. What was refused at once is tried again when time has passed. */
        private CompletableFuture<CameraEvent> send(CameraReader.Given given, CommandHeader own, int attempt) {
            return commands.send(given.id(), own, CameraCommands.upsert(own, given.id(), given.details()))
                    .exceptionallyCompose(failure -> {
                        if (attempt == ATTEMPTS) {
                            return CompletableFuture.failedFuture(failure);
                        }
                        return failure instanceof NotSentException
                                ? CompletableFuture.runAsync(() -> {}, LATER)
                                        .thenCompose(_ -> send(given, own, attempt + 1))
                                : send(given, own, attempt + 1);
                    });
        }

        private void settle(int at, String id, @Nullable CameraEvent event, @Nullable Throwable failure) {
            if (failure != null || event == null) {
                UnavailableException away = unavailable(Objects.requireNonNull(failure));
                broken.set(away);
                errors.add(new Imported.Row(at, id, words(away)));
                return;
            }
            Answer answer = event.getAnswer();
            if (answer != null && answer.getOutcome() == Outcome.REFUSED) {
                errors.add(new Imported.Row(at, id, CameraRefusals.words(answer.getReason())));
            } else {
                imported.incrementAndGet();
            }
        }

        Imported result() {
            onTheirWay.acquireUninterruptibly(ON_THEIR_WAY);
            UnavailableException away = broken.get();
            if (imported.get() == 0 && away != null) {
                throw away;
            }
            List<Imported.Row> sorted = errors.stream()
                    .sorted(Comparator.comparingInt(Imported.Row::index))
                    .toList();
            return new Imported(
                    imported.get() == 0 ? "No camera was imported" : null, imported.get(), sorted.size(), sorted);
        }

        private static String words(UnavailableException away) {
            return Objects.requireNonNullElse(away.getBody().getDetail(), "");
        }
    }
}
