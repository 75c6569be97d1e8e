package io.rollcall.chaos;

import java.util.concurrent.TimeoutException;

/** What happens while others are at work. */
@FunctionalInterface
interface Meanwhile {

    /** Happens; those at work end when it returns, or fails. */
    void happens() throws InterruptedException, TimeoutException;
}
