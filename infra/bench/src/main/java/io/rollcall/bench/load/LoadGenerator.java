package io.rollcall.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends prebuilt requests over keep-alive connections, one in flight on each, from the calling thread. Every answer is
 * read and counted. A run ends when its time is over or its requests are used up, and then waits for the answers that
 * are due.
 */
public final class LoadGenerator {

    private static final Duration LAST_ANSWERS_WITHIN = Duration.ofSeconds(15);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    // Selectors wait in whole milliseconds; an open loop looks this often instead, so it sees an answer this much late.
    // Looking takes from what is measured, 14 % of a core at 50 µs: so no more often than the rate asks.
    private static final long SHORTEST_NAP_NANOS = 50_000;
    private static final long LONGEST_NAP_NANOS = 250_000;
    private static final int NAPS_PER_ARRIVAL = 8;

    private final List<InetSocketAddress> targets;
    private final int connections;

    /** Load over so many connections, which go to the addresses in turn. */
    public LoadGenerator(List<InetSocketAddress> targets, int connections) {
        this.targets = List.copyOf(targets);
        this.connections = connections;
    }

    /** Every connection sends its next request as soon as the last is answered: the receiver sets the pace. */
    public LoadResult closedLoop(Requests requests, Duration limit) throws IOException {
        try (var run = new Run(requests, null)) {
            return run.closed(limit);
        }
    }

    /**
     * Requests are sent when they are due, whatever became of those before. A latency begins when the request was due,
     * so waiting for a free connection is part of it.
     */
    public LoadResult openLoop(Requests requests, Arrivals arrivals, Duration limit) throws IOException {
        try (var run = new Run(requests, arrivals)) {
            return run.open(limit);
        }
    }

    private final class Run implements AutoCloseable {

        private final Requests requests;
        private final @Nullable Arrivals arrivals;
        private final Selector selector = Selector.open();
        private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
        private final ArrayDeque<Connection> idle = new ArrayDeque<>();
        private final Histogram latencies = new Histogram();
        private final Map<String, Long> errors = new TreeMap<>();
        private long acknowledged;
        private int next;
        private int inFlight;
        private int reconnects;
        private long begin;
        private long deadline;
        private long lastAnswer;

        Run(Requests requests, @Nullable Arrivals arrivals) throws IOException {
            this.requests = requests;
            this.arrivals = arrivals;
            for (int i = 0; i < connections; i++) {
                idle.add(new Connection(targets.get(i % targets.size())));
            }
        }

        LoadResult closed(Duration limit) throws IOException {
            start(limit);
            for (Connection first = idle.poll(); first != null; first = idle.poll()) {
                sendNext(first, System.nanoTime());
            }
            while (inFlight > 0 && !overdue(limit)) {
                selector.select(this::ready, 100);
            }
            return result();
        }

        LoadResult open(Duration limit) throws IOException {
            start(limit);
            if (arrivals == null) {
                throw new IllegalStateException("an open loop has arrivals");
            }
            long due = begin + arrivals.next();
            long nap = Math.clamp(
                    (long) arrivals.meanGapNanos() / NAPS_PER_ARRIVAL, SHORTEST_NAP_NANOS, LONGEST_NAP_NANOS);
            while (true) {
                long now = System.nanoTime();
                while (due <= now && due < deadline && next < requests.size() && !idle.isEmpty()) {
                    sendNext(idle.remove(), due);
                    due = begin + arrivals.next();
                }
                boolean over = due >= deadline || next >= requests.size();
                if ((over && inFlight == 0) || overdue(limit)) {
                    return result();
                }
                if (selector.selectNow(this::ready) == 0) {
                    LockSupport.parkNanos(nap);
                }
            }
        }

        private void start(Duration limit) {
            begin = System.nanoTime();
            lastAnswer = begin;
            deadline = begin + limit.toNanos();
        }

        private boolean overdue(Duration limit) {
            return System.nanoTime() - begin > limit.plus(LAST_ANSWERS_WITHIN).toNanos();
        }

        private LoadResult result() {
            for (int i = inFlight; i > 0; i--) {
                count("no answer within " + LAST_ANSWERS_WITHIN.toSeconds() + " s");
            }
            return new LoadResult(
                    next, acknowledged, errors, reconnects, begin, Duration.ofNanos(lastAnswer - begin), latencies);
        }

        private void ready(SelectionKey key) {
            var connection = (Connection) key.attachment();
            try {
                if (key.isWritable()) {
                    connection.write();
                }
                if (key.isValid() && key.isReadable()) {
                    connection.read();
                }
            } catch (IOException | IllegalArgumentException e) {
                failed(connection, e.toString());
            }
        }

        private void sendNext(Connection connection, long due) {
            inFlight++;
            try {
                connection.send(requests.get(next++), due);
            } catch (IOException e) {
                failed(connection, e.toString());
            }
        }

        private void failed(Connection connection, String error) {
            if (connection.waiting) {
                answered(connection, error);
            } else {
                count(error);
            }
            renew(connection);
        }

        private void answered(Connection connection, @Nullable String error) {
            long now = System.nanoTime();
            connection.waiting = false;
            inFlight--;
            lastAnswer = now;
            if (error == null) {
                acknowledged++;
                latencies.add(now - connection.due);
            } else {
                count(error);
            }
        }

        /** Gives the connection its next request, or lets it rest until one is due. */
        private void goOn(Connection connection) {
            if (arrivals != null) {
                idle.add(connection);
                return;
            }
            long now = System.nanoTime();
            if (now < deadline && next < requests.size()) {
                sendNext(connection, now);
            }
        }

        private void renew(Connection broken) {
            broken.close();
            idle.remove(broken);
            reconnects++;
            try {
                goOn(new Connection(broken.target));
            } catch (IOException e) {
                // One connection fewer: the run goes on with the rest, and says so.
                count("cannot connect again: " + e);
            }
        }

        private void count(String error) {
            errors.merge(error, 1L, Long::sum);
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                ((Connection) key.attachment()).close();
            }
            selector.close();
        }

        private final class Connection {

            private final InetSocketAddress target;
            private final SocketChannel channel = SocketChannel.open();
            private final SelectionKey key;
            private final ResponseParser parser = new ResponseParser();
            private @Nullable ByteBuffer unsent;
            private boolean waiting;
            private long due;

            Connection(InetSocketAddress target) throws IOException {
                this.target = target;
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().connect(target, (int) CONNECT_WITHIN.toMillis());
                channel.configureBlocking(false);
                key = channel.register(selector, SelectionKey.OP_READ, this);
            }

            void send(ByteBuffer request, long dueAt) throws IOException {
                due = dueAt;
                waiting = true;
                channel.write(request);
                if (request.hasRemaining()) {
                    unsent = request;
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                }
            }

            void write() throws IOException {
                ByteBuffer rest = unsent;
                if (rest != null) {
                    channel.write(rest);
                    if (rest.hasRemaining()) {
                        return;
                    }
                }
                unsent = null;
                key.interestOps(SelectionKey.OP_READ);
            }

            void read() throws IOException {
                input.clear();
                int read = channel.read(input);
                if (read < 0) {
                    ended();
                    return;
                }
                input.flip();
                if (parser.take(input)) {
                    if (!waiting) {
                        throw new IllegalArgumentException("an answer that nobody asked for");
                    }
                    boolean closing = parser.closing();
                    answered(this, parser.status() / 100 == 2 ? null : "status " + parser.status());
                    if (closing) {
                        renew(this);
                    } else {
                        goOn(this);
                    }
                }
            }

            private void ended() {
                if (waiting) {
                    answered(this, "closed before the answer");
                }
                renew(this);
            }

            void close() {
                key.cancel();
                try {
                    channel.close();
                } catch (IOException e) {
                    // It is gone either way.
                    errors.merge("cannot close: " + e, 1L, Long::sum);
                }
            }
        }
    }
}
