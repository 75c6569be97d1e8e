package io.rollcall.chaos;

import io.rollcall.local.Stack;
import java.time.Duration;

/** Something that is done to a part of a running stack. */
sealed interface Fault {

    /** The part it is done to. */
    String part();

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
}
