package io.rollcall.gateway.rooms;

/** What is known of rooms apart from their events: the state topic, as far as this instance has read it. */
public interface RoomDirectory {

    /** The sequence of the last event of a room; 0 for a room that is not known. */
    long sequence(String roomKey);

    /** Whose room it is; empty when it is nobody's, or not known. */
    String agency(String roomKey);
}
