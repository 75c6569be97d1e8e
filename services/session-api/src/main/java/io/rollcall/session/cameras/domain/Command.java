package io.rollcall.session.cameras.domain;

/** What may be asked of a camera. */
public sealed interface Command {

    /**
     * Be this, whole.
     *
     * @param make whether it is made where it is not there
     */
    record Put(String id, CameraDetails details, boolean make) implements Command {}

    /** Have this status. */
    record SetStatus(CameraStatus status) implements Command {}

    /** Be gone. */
    record Remove() implements Command {}

    /** Remember that the request with this command's id was begun, so that it is done once. */
    record Claim() implements Command {}

    /**
     * Remember what became of a claimed request, or tell it.
     *
     * @param outcome one word; empty asks
     */
    record Report(String outcome) implements Command {}

    /** Forget that the request with this command's id was begun: nothing has come of it. */
    record Unclaim(String commandId) implements Command {}
}
