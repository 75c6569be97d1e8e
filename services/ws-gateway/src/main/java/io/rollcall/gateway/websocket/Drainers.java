package io.rollcall.gateway.websocket;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** The threads that write to sockets: each connection belongs to one of them, and none of them ever waits for a peer. */
public final class Drainers implements AutoCloseable {

    private final List<Drainer> drainers;
    private final AtomicInteger next = new AtomicInteger();

    /** Starts so many. */
    public Drainers(int count) {
        drainers = IntStream.range(0, count).mapToObj(Drainer::new).toList();
        drainers.forEach(drainer -> drainer.thread.start());
    }

    /** The drainer of a new connection. */
    Drainer assign() {
        return drainers.get(Math.floorMod(next.getAndIncrement(), drainers.size()));
    }

    @Override
    public void close() {
        drainers.forEach(Drainer::stop);
    }

    /** Something that has output. */
    interface Source {

        /**
         * Writes what there is, as far as the network takes it at once.
         *
         * @return whether there is more that could be written at once
         */
        boolean drain(Scratch scratch);
    }

    /** Room to put a frame together. A write that is not over keeps what it was given. */
    static final class Scratch {
        private ByteBuffer buffer = allocate();

        ByteBuffer buffer() {
            return buffer;
        }

        void giveAway() {
            buffer = allocate();
        }

        private static ByteBuffer allocate() {
            return ByteBuffer.allocate(Frames.MAX_HEADER + OutboundQueue.MAX_JOINED_BYTES);
        }
    }

    /** One thread with its queue. */
    static final class Drainer {

        private final Queue<Source> ready = new ConcurrentLinkedQueue<>();
        private final Thread thread;
        private final Scratch scratch = new Scratch();
        private final AtomicBoolean parked = new AtomicBoolean();
        private volatile boolean stopped;

        private Drainer(int number) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("gateway-drainer-" + number)
                    .unstarted(this::run);
        }

        /** Has a source drained soon; it is in here once at most. */
        void schedule(Source source) {
            ready.add(source);
            if (parked.get() && parked.compareAndSet(true, false)) {
                LockSupport.unpark(thread);
            }
        }

        private void run() {
            while (!stopped) {
                Source source = ready.poll();
                if (source == null) {
                    parked.set(true);
                    if (ready.isEmpty() && !stopped) {
                        LockSupport.park(this);
                    }
                    parked.set(false);
                } else if (source.drain(scratch)) {
                    ready.add(source);
                }
            }
        }

        private void stop() {
            stopped = true;
            LockSupport.unpark(thread);
        }
    }
}
