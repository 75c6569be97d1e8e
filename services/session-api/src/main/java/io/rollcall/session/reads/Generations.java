package io.rollcall.session.reads;

/**
 * Which keys are read and written. The names are never used twice, so that nothing of a model that was lost or replaced
 * is taken for this one's.
 *
 * @param current the one that is served; empty when there is none
 * @param building the one that will be next; empty when nobody rebuilds
 */
record Generations(String current, String building) {

    static final Generations NONE = new Generations("", "");
}
