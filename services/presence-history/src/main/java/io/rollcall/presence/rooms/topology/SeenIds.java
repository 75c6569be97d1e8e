package io.rollcall.presence.rooms.topology;

/**
 * Knows of almost every new id that it is new, without asking the store: a Bloom filter for today and one for
 * yesterday. Of what it does not know for sure the store is asked, so it decides nothing; and it knows nothing until it
 * has seen all of two days, or began with an empty store as a rebuild does.
 */
final class SeenIds {

    /** A quarter of a megabyte: of 200 000 ids in a day one in a hundred is asked for in vain. */
    private static final int BITS = 1 << 21;

    private static final int HASHES = 3;

    private final boolean fromTheBeginning;
    private long firstDay = -1;
    private long day = -1;
    private long[] today = new long[0];
    private long[] yesterday = new long[0];

    /**
     * @param fromTheBeginning whether there are no ids but those that it will be told of
     */
    SeenIds(boolean fromTheBeginning) {
        this.fromTheBeginning = fromTheBeginning;
    }

    /** Whether this id was told neither on this day nor on the one before. Days never go backwards. */
    boolean surelyNew(String id, long now) {
        turnTo(now);
        return (fromTheBeginning || now - firstDay >= 2) && !has(today, id) && !has(yesterday, id);
    }

    /** Remembers an id for the day that was asked for last. */
    void add(String id) {
        long hash = hash(id);
        for (int i = 0; i < HASHES; i++) {
            int bit = bit(hash, i);
            today[bit >>> 6] |= 1L << bit;
        }
    }

    private void turnTo(long now) {
        if (now == day) {
            return;
        }
        yesterday = now == day + 1 ? today : new long[0];
        today = new long[BITS / Long.SIZE];
        firstDay = firstDay < 0 ? now : firstDay;
        day = now;
    }

    private static boolean has(long[] filter, String id) {
        if (filter.length == 0) {
            return false;
        }
        long hash = hash(id);
        for (int i = 0; i < HASHES; i++) {
            int bit = bit(hash, i);
            if ((filter[bit >>> 6] & (1L << bit)) == 0) {
                return false;
            }
        }
        return true;
    }

    private static int bit(long hash, int i) {
        return (int) (hash >>> (21 * i)) & (BITS - 1);
    }

    /** FNV-1a over the characters, and a last mix so that every bit depends on all of them. */
    private static long hash(String id) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
