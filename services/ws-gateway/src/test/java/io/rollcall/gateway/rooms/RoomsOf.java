package io.rollcall.gateway.rooms;

/** Rooms in which nothing has happened yet, all of one agency. */
record RoomsOf(String agency) implements RoomDirectory {

    @Override
    public long sequence(String roomKey) {
        return 0;
    }

    @Override
    public String agency(String roomKey) {
        return agency;
    }
}
