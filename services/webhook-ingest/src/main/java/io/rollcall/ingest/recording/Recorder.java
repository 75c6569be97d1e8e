package io.rollcall.ingest.recording;

import io.rollcall.ingest.recording.Receipt.Place;
import io.rollcall.ingest.spool.Spool;
import io.rollcall.ingest.spool.SpoolRecord;
import io.rollcall.ingest.webhooks.domain.Scan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records deliveries: straight into Kafka while it acknowledges, else by way of the spool.
 *
 * <p>Order. LiveKit sends the next event of a room once the one before is answered. It is answered when Kafka has it or
 * when it is on the disk. So it is enough that nothing goes straight to Kafka while anything is in the spool:
 *
 * <ul>
 *   <li>The first delivery that Kafka does not acknowledge in time, or that fails, turns the mode to spooling; it and
 *       everything else in flight goes to the spool, in order of arrival, although Kafka may yet take it: a copy.
 *   <li>While spooling, everything new is appended behind. The spool's thread sends in order from its head, over a lane
 *       that keeps the order.
 *   <li>Only when Kafka has acknowledged the last record of the spool does the mode turn back, under the same lock
 *       under which deliveries are put in line for the spool.
 * </ul>
 *
 * <p>A process starts spooling, so that a Kafka or a registry that is away at the start is nothing special, and what an
 * earlier process left goes first.
 */
public final class Recorder implements AutoCloseable {

    /** Where new deliveries go. */
    public enum Mode {
        DIRECT,
        SPOOLING
    }

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    private static final long TICK_NANOS = Duration.ofMillis(20).toNanos();
    /** How long new deliveries may wait for the last acknowledgement of the spool, rather than go to its end. */
    private static final long HOLD_NANOS = Duration.ofMillis(50).toNanos();

    private static final long REOPEN_NANOS = Duration.ofMillis(500).toNanos();
    private static final long STUCK_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int APPEND_BYTES = 8 << 20;
    private static final int WINDOW_RECORDS = 4_000;
    private static final long WINDOW_BYTES = 8 << 20;
    private static final int SENDS_PER_STEP = 512;

    private final Spool spool;
    private final Lane.Opener opener;
    private final long patienceNanos;
    private final Runnable onFatal;
    private final Thread thread;
    private final ExecutorService connector;
    private final Object gate = new Object();
    private final Set<Flight> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicLong arrivals = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    private ArrayDeque<Flight> waiting = new ArrayDeque<>();
    /** Whether some of those waiting were sent to Kafka before and must not be again but by way of the spool. */
    private boolean aside;

    private volatile Mode mode = Mode.SPOOLING;
    private volatile @Nullable Lane lane;
    private volatile @Nullable Lane brokenLane;
    private volatile String reason = "starting";
    private volatile boolean closing;
    private volatile boolean dead;

    // Below: the spool's thread only.
    private final ArrayDeque<Drained> window = new ArrayDeque<>();
    private long windowBytes;
    private @Nullable CompletableFuture<Lane> opening;
    private long reopenAt;
    private long lastProgress = System.nanoTime();
    private long lastSweep = System.nanoTime();
    private long emptiedAt = System.nanoTime();
    private long closeBy;
    private long spooledSince = System.nanoTime();
    private long drainedRecords;

    /**
     * Takes over the spool and starts to work.
     *
     * @param patience how long Kafka may take to acknowledge before the spool is used
     * @param onFatal called when the spool's thread cannot go on: the process should be restarted
     */
    public Recorder(Spool spool, Lane.Opener opener, Duration patience, Runnable onFatal) {
        this.spool = spool;
        this.opener = opener;
        this.patienceNanos = patience.toNanos();
        this.onFatal = onFatal;
        this.connector = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("kafka-lane").daemon().factory());
        this.thread = Thread.ofPlatform().name("webhook-spool").start(this::run);
    }

    /** Records a delivery and tells the receipt. Does not wait, but for a producer that finds no memory. */
    public void record(Delivery delivery, Receipt receipt) {
        if (dead) {
            receipt.turnedAway();
            return;
        }
        var flight = new Flight(delivery, receipt, arrivals.incrementAndGet());
        if (mode == Mode.SPOOLING && line(flight)) {
            return;
        }
        direct(flight);
    }

    /** Where new deliveries go now. */
    public Mode mode() {
        return mode;
    }

    /** Why they go to the spool, in words for an operator; empty when they do not. */
    public String reason() {
        return mode == Mode.DIRECT ? "" : reason;
    }

    /** Whether a broker is on the line now; where it is not, the next delivery will go to the spool. */
    public boolean connected() {
        Lane current = lane;
        return current != null && current.connected();
    }

    /** The spool, for its figures. */
    public Spool spool() {
        return spool;
    }

    /** Puts in line for the spool, unless the mode has turned meanwhile. */
    private boolean line(Flight flight) {
        synchronized (gate) {
            if (mode == Mode.DIRECT) {
                return false;
            }
            waiting.add(flight);
        }
        LockSupport.unpark(thread);
        return true;
    }

    /** Puts in line for the spool; from now on everything goes there. */
    private void turnAside(Flight flight, String why) {
        turnAside(List.of(flight), why);
    }

    private void turnAside(List<Flight> flights, String why) {
        synchronized (gate) {
            if (mode == Mode.DIRECT) {
                reason = why;
                mode = Mode.SPOOLING;
            }
            waiting.addAll(flights);
            aside |= !flights.isEmpty();
        }
        LockSupport.unpark(thread);
    }

    private void direct(Flight flight) {
        Lane current = lane;
        if (current == null) {
            turnAside(flight, reason);
            return;
        }
        flight.over = current;
        inFlight.add(flight);
        send(current, flight.delivery, flight);
    }

    private static void send(Lane over, Delivery delivery, Lane.Outcome outcome) {
        try {
            over.send(delivery, outcome);
        } catch (RuntimeException e) {
            outcome.broken(e);
        }
    }

    private void breakLane(@Nullable Lane which, Exception cause) {
        if (which != null && which.equals(lane) && !which.equals(brokenLane)) {
            reason = "Kafka: " + cause.getClass().getSimpleName();
            brokenLane = which;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            while (!(closing && finished())) {
                boolean busy;
                try {
                    busy = step();
                } catch (IOException e) {
                    log.atError().addKeyValue("cause", e.toString()).log("the spool cannot be read or let go of");
                    rewind();
                    busy = false;
                }
                if (!busy) {
                    LockSupport.parkNanos(this, TICK_NANOS);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            log.atError().setCause(e).log("the spool's thread has died");
            dead = true;
            turnAwayWaiting();
            onFatal.run();
        } finally {
            dead = true;
            turnAwayWaiting();
        }
    }

    /** One round; false when there is nothing more to do now. */
    private boolean step() throws IOException {
        sweep();
        boolean busy = letGo();
        tendLane();
        Lane current = lane;
        boolean drained = spool.unread() == 0;
        if (mode == Mode.SPOOLING && current != null && drained && !closing) {
            if (window.isEmpty() && turnBack()) {
                return true;
            }
            if (!window.isEmpty() && acknowledgesJustNow() && !hasAside()) {
                return busy;
            }
        }
        busy |= append();
        if (current != null && mode == Mode.SPOOLING) {
            busy |= drain(current);
        }
        return busy;
    }

    private boolean acknowledgesJustNow() {
        long now = System.nanoTime();
        return now - emptiedAt < HOLD_NANOS && now - lastProgress < HOLD_NANOS;
    }

    private boolean hasAside() {
        synchronized (gate) {
            return aside;
        }
    }

    /** Takes to the spool what Kafka has not acknowledged in time. */
    private void sweep() {
        long now = System.nanoTime();
        if (now - lastSweep < TICK_NANOS) {
            return;
        }
        lastSweep = now;
        boolean late = false;
        for (Flight flight : inFlight) {
            if (now - flight.since > patienceNanos) {
                late = true;
                break;
            }
        }
        if (late) {
            // All of them, not only the late ones: whatever is answered after this is answered by the spool.
            var swept = new ArrayList<Flight>();
            for (Flight flight : inFlight) {
                if (flight.claim()) {
                    swept.add(flight);
                }
            }
            swept.sort(Comparator.comparingLong(f -> f.arrival));
            turnAside(swept, "Kafka does not acknowledge");
        }
    }

    private boolean append() throws IOException {
        ArrayDeque<Flight> taken;
        synchronized (gate) {
            if (waiting.isEmpty() || mode == Mode.DIRECT) {
                return false;
            }
            taken = waiting;
            waiting = new ArrayDeque<>();
            aside = false;
        }
        if (spool.records() == 0) {
            spooledSince = System.nanoTime();
            drainedRecords = 0;
            log.atWarn().addKeyValue("reason", reason).log("webhooks go to the spool");
        }
        while (!taken.isEmpty()) {
            var flights = new ArrayList<Flight>();
            var records = new ArrayList<Spool.Append>();
            int size = 0;
            while (!taken.isEmpty() && size < APPEND_BYTES) {
                Flight flight = taken.poll();
                byte[] value = DeliveryFormat.write(flight.delivery);
                if (spool.hasRoomFor(size + value.length)) {
                    flights.add(flight);
                    records.add(new Spool.Append(flight.delivery.receivedAtMillis(), value));
                    size += value.length + Spool.OVERHEAD_BYTES;
                } else {
                    flight.receipt.turnedAway();
                }
            }
            if (flights.isEmpty()) {
                continue;
            }
            try {
                spool.append(records);
            } catch (IOException e) {
                log.atError().addKeyValue("cause", e.toString()).log("the spool cannot be written");
                flights.forEach(flight -> flight.receipt.turnedAway());
                continue;
            }
            flights.forEach(flight -> flight.receipt.recorded(Place.SPOOL));
        }
        return true;
    }

    private boolean drain(Lane over) throws IOException {
        int sent = 0;
        while (sent < SENDS_PER_STEP
                && spool.unread() > 0
                && window.size() < WINDOW_RECORDS
                && windowBytes < WINDOW_BYTES
                && !over.equals(brokenLane)) {
            SpoolRecord record = spool.next();
            if (record == null) {
                break;
            }
            var entry = new Drained(record, over);
            window.add(entry);
            windowBytes += record.value().length;
            Optional<Delivery> delivery = DeliveryFormat.read(record.value());
            if (delivery.isPresent()) {
                send(over, delivery.get(), entry);
            } else {
                spool.setAside(record);
                entry.recorded();
            }
            sent++;
        }
        if (sent > 0) {
            emptiedAt = System.nanoTime();
        }
        return sent > 0;
    }

    /** Lets go of what Kafka has acknowledged, from the head of the spool on. */
    private boolean letGo() throws IOException {
        Drained last = null;
        int count = 0;
        for (Drained head; (head = window.peek()) != null; ) {
            String why = head.refusal;
            if (why != null) {
                setAside(head, why);
                break;
            }
            if (!head.done) {
                break;
            }
            last = head;
            count++;
            window.poll();
            windowBytes -= head.record.value().length;
        }
        if (last == null) {
            return false;
        }
        lastProgress = System.nanoTime();
        drainedRecords += count;
        Drained next = window.peek();
        spool.acknowledge(last.record, count, next == null ? -1 : next.record.timestamp());
        return true;
    }

    /** What Kafka will never take is kept in a file, and a dead letter takes its place. */
    private void setAside(Drained entry, String why) throws IOException {
        entry.refusal = null;
        if (entry.setAside) {
            entry.done = true;
            return;
        }
        entry.setAside = true;
        spool.setAside(entry.record);
        Optional<Delivery> refused = DeliveryFormat.read(entry.record.value());
        if (refused.isEmpty()) {
            entry.done = true;
            return;
        }
        Delivery d = refused.get();
        send(
                entry.over,
                new Delivery(
                        d.id(),
                        d.receivedAtMillis(),
                        d.apiKey(),
                        d.correlationId(),
                        d.traceparent(),
                        new Scan.Unreadable("Kafka refused it: " + why, null)),
                entry);
    }

    private void tendLane() throws IOException {
        long now = System.nanoTime();
        Lane current = lane;
        if (current != null) {
            boolean waits = !window.isEmpty();
            if (!waits) {
                lastProgress = now;
            }
            if (current.equals(brokenLane) || now - lastProgress > STUCK_NANOS) {
                log.atWarn().addKeyValue("reason", reason).log("the way into Kafka is opened anew");
                lane = null;
                turnAside(List.of(), reason);
                connector.execute(current::close);
                rewind();
                reopenAt = now + REOPEN_NANOS;
            }
            return;
        }
        CompletableFuture<Lane> attempt = opening;
        if (attempt == null) {
            if (now >= reopenAt && !closing) {
                opening = CompletableFuture.supplyAsync(this::open, connector);
            }
        } else if (attempt.isDone()) {
            opening = null;
            try {
                lane = attempt.get();
                lastProgress = now;
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause.getCause() != null) {
                    cause = cause.getCause();
                }
                reason = "Kafka or the registry: " + cause.getClass().getSimpleName();
                reopenAt = now + REOPEN_NANOS;
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
    }

    private Lane open() {
        try {
            return opener.open();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void rewind() throws IOException {
        window.clear();
        windowBytes = 0;
        spool.rewind();
    }

    /** Kafka has everything: what has just come in line may go there too. */
    private boolean turnBack() {
        ArrayDeque<Flight> held;
        synchronized (gate) {
            if (aside) {
                return false;
            }
            held = waiting;
            waiting = new ArrayDeque<>();
            mode = Mode.DIRECT;
        }
        if (drainedRecords > 0) {
            log.atInfo()
                    .addKeyValue("records", drainedRecords)
                    .addKeyValue(
                            "seconds",
                            Duration.ofNanos(System.nanoTime() - spooledSince).toSeconds())
                    .log("the spool has been drained into Kafka");
            drainedRecords = 0;
        }
        for (Flight flight : held) {
            direct(flight);
        }
        return true;
    }

    private boolean finished() {
        long now = System.nanoTime();
        if (closeBy == 0) {
            closeBy = now + patienceNanos;
        }
        if (now > closeBy && !inFlight.isEmpty()) {
            lastSweep = now - TICK_NANOS;
            for (Flight flight : inFlight) {
                if (flight.claim()) {
                    turnAside(flight, "closing");
                }
            }
        }
        synchronized (gate) {
            return inFlight.isEmpty() && waiting.isEmpty();
        }
    }

    private void turnAwayWaiting() {
        ArrayDeque<Flight> left;
        synchronized (gate) {
            left = waiting;
            waiting = new ArrayDeque<>();
        }
        left.forEach(flight -> flight.receipt.turnedAway());
    }

    /** Waits until everything taken is recorded or on the disk. Nothing may be given to it any more. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connector.shutdownNow();
        Lane current = lane;
        if (current != null) {
            current.close();
        }
        try {
            spool.close();
        } catch (IOException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("the spool cannot be closed");
        }
    }

    /** A delivery on its way, first straight to Kafka, then perhaps to the spool. True once it is claimed. */
    private final class Flight extends AtomicBoolean implements Lane.Outcome {

        private static final long serialVersionUID = 1L;

        private final transient Delivery delivery;
        private final transient Receipt receipt;
        private final long arrival;
        private final long since = System.nanoTime();
        private transient volatile @Nullable Lane over;

        Flight(Delivery delivery, Receipt receipt, long arrival) {
            this.delivery = delivery;
            this.receipt = receipt;
            this.arrival = arrival;
        }

        /** Whoever claims it decides what happens next: the acknowledgement or the spool. */
        boolean claim() {
            boolean mine = compareAndSet(false, true);
            if (mine) {
                inFlight.remove(this);
            }
            return mine;
        }

        @Override
        public void recorded() {
            if (claim()) {
                receipt.recorded(Place.KAFKA);
            }
        }

        @Override
        public void refused(String why) {
            // By way of the spool, which knows what to do with it.
            if (claim()) {
                turnAside(this, "Kafka refused a record: " + why);
            }
        }

        @Override
        public void broken(Exception cause) {
            breakLane(over, cause);
            if (claim()) {
                turnAside(this, "Kafka: " + cause.getClass().getSimpleName());
            }
        }
    }

    /** A record of the spool on its way to Kafka. */
    private final class Drained implements Lane.Outcome {

        private final SpoolRecord record;
        private final Lane over;
        private volatile boolean done;
        private volatile @Nullable String refusal;
        private boolean setAside;

        Drained(SpoolRecord record, Lane over) {
            this.record = record;
            this.over = over;
        }

        @Override
        public void recorded() {
            done = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void refused(String why) {
            refusal = why;
            LockSupport.unpark(thread);
        }

        @Override
        public void broken(Exception cause) {
            breakLane(over, cause);
        }
    }
}
