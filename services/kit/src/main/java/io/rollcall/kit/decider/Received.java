package io.rollcall.kit.decider;

import io.rollcall.schemas.commands.CommandHeader;

/** A record of a commands topic, understood. */
public sealed interface Received<C> {

    /** Somebody asks for something. */
    record Asked<C>(CommandHeader header, C command) implements Received<C> {}

    /** Somebody asks for nothing, to warm the path up: it is answered. */
    record Nothing<C>(CommandHeader header) implements Received<C> {}

    /** Time goes by; nobody waits for an answer. */
    record TimeGoesBy<C>() implements Received<C> {}
}
