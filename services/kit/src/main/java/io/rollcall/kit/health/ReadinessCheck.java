package io.rollcall.kit.health;

/** One line of {@code /readyz}. A service makes it a bean. */
public interface ReadinessCheck {

    /** What it is about, in one word: {@code kafka}, {@code streams}, {@code rooms-view}. */
    String name();

    /** How it is now. Asked often and by many: answers from memory and never waits. */
    Readiness check();
}
