package io.rollcall.kit.decider;

import java.util.List;
import java.util.function.Supplier;

/**
 * The states of one partition as its rules see them: loads what a command is about, saves what became of it, and knows
 * what has run out. Made anew with every task, from stores that hold what was committed, and used by its thread alone.
 *
 * @param <C> what may be asked for
 * @param <S> what a command is decided from
 * @param <ER> an event on its topic
 */
public interface Shelf<C, S, ER> {

    /**
     * Something to decide about.
     *
     * @param key of the events about it
     */
    record Item<S>(String key, S state) {}

    /**
     * What a command is about. One thing as a rule, so that there is somebody to answer for it, known or not; at most so
     * many where a command is about many. Each is loaded when its turn comes, and sees what became of those before it.
     */
    List<Supplier<Item<S>>> about(String key, C command, int atMost);

    /** What nobody has decided about yet. */
    Item<S> nothing(String key);

    /** What else has run out and must end before this command is decided, the earliest first. */
    List<Supplier<Item<S>>> dueBefore(String key, C command, long now, int atMost);

    /** What has run out, the earliest first. */
    List<Supplier<Item<S>>> due(long now, int atMost);

    /** Whether anything will run out. */
    boolean awaitsDeadlines();

    /** Keeps what became of an item, and tells those who read the states. */
    void save(Item<S> before, S after);

    /** An event that goes to its topic, once it is certain. */
    default void told(ER event) {}
}
