package io.rollcall.ingest.recording;

/** A way into Kafka that keeps the order in which it is given the deliveries of a room. */
public interface Lane extends AutoCloseable {

    /** What becomes of a delivery. One of these is called, once, on any thread, also within {@link #send}. */
    interface Outcome {

        /** Kafka has it on all replicas in sync. */
        void recorded();

        /** Kafka will never take this one, although it takes others. */
        void refused(String why);

        /** The lane is of no more use: this delivery may or may not be in Kafka. */
        void broken(Exception cause);
    }

    /** Sends without waiting for Kafka. */
    void send(Delivery delivery, Outcome outcome);

    /** Whether a broker is on the line now, as far as is known without asking. */
    boolean connected();

    /** Gives up what has not been recorded. Nothing sent on another lane later can be overtaken but by copies. */
    @Override
    void close();

    /** Opens lanes. */
    interface Opener {

        /**
         * Waits until a delivery sent would go its way: topics found, schemas known.
         *
         * @throws Exception when that cannot be had now
         */
        Lane open() throws Exception;
    }
}
