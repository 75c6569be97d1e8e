package io.rollcall.chaos;

import io.rollcall.local.Stack;
import io.rollcall.local.StackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Something that is done to a part of a running stack. */
sealed interface Fault {

    /** Those with this in their names; all of them for nothing. */
    static List<Fault> only(String name, List<Fault> faults) {
        List<Fault> named =
                faults.stream().filter(fault -> fault.title().contains(name)).toList();
        if (named.isEmpty()) {
            throw new StackException("no fault has \"" + name + "\" in its name");
        }
        return named;
    }

    /** {@code kill -9} of each broker of Kafka in turn. */
    static List<Fault> killsOfKafka(int brokers) {
        return IntStream.rangeClosed(1, brokers)
                .<Fault>mapToObj(i -> new Kill(i == 1 ? "kafka" : "kafka-" + i))
                .toList();
    }

    /** The part it is done to. */
    String part();

    /** Whether its process ends of it. */
    default boolean ends() {
        return true;
    }

    /** A few words for the table. */
    String title();

    /** Does it; returns when it is done to the part, not when the part has recovered. */
    void strike(Stack stack) throws InterruptedException;

    /** {@code kill -9}; whoever watches over the part starts it again. */
    record Kill(String part) implements Fault {

        @Override
        public String title() {
            return "kill -9 " + part;
        }

        @Override
        public void strike(Stack stack) {
            stack.kill(part);
        }
    }

    /** An orderly stop, as a rollout does it; whoever watches over the part starts it again. */
    record Stop(String part) implements Fault {

        @Override
        public String title() {
            return "stop " + part;
        }

        @Override
        public void strike(Stack stack) {
            ProcessHandle.of(stack.pid(part)).ifPresent(ProcessHandle::destroy);
        }
    }

    /** {@code kill -9}, and nobody starts it again for a while. */
    record TakeAway(String part, Duration time) implements Fault {

        @Override
        public String title() {
            return part + " away for " + time.toSeconds() + " s";
        }

        @Override
        public void strike(Stack stack) throws InterruptedException {
            stack.takeAway(part);
            Thread.sleep(time);
            stack.bringBack(part);
        }
    }

    /** {@code kill -STOP}, and {@code kill -CONT} after a while: it wakes and knows nothing of the time between. */
    record Pause(String part, Duration time) implements Fault {

        @Override
        public boolean ends() {
            return false;
        }

        @Override
        public String title() {
            return part + " stands still for " + time.toSeconds() + " s";
        }

        @Override
        public void strike(Stack stack) throws InterruptedException {
            long pid = stack.pid(part);
            signal("-STOP", pid);
            try {
                Thread.sleep(time);
            } finally {
                signal("-CONT", pid);
            }
        }

        private static void signal(String signal, long pid) throws InterruptedException {
            try {
                int status = new ProcessBuilder("kill", signal, Long.toString(pid))
                        .inheritIO()
                        .start()
                        .waitFor();
                if (status != 0) {
                    throw new IllegalStateException("kill " + signal + " ended with " + status);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
