package io.rollcall.gateway.channels.domain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest publications of one stream, without a hole: every publication after {@link #floor()} up to {@link #top()}
 * is here. Offsets may skip numbers; the ring knows the predecessor of each because it was given them in order.
 */
public final class Ring {

    private static final int FIRST_SLOTS = 4;

    /** What is given out at once: a client's queue takes it, whatever the size of a publication. */
    public static final int PAGE_BYTES = 256 * 1024;

    private final int capacity;
    private @Nullable Publication[] slots = new @Nullable Publication[FIRST_SLOTS];
    private int head;
    private int size;
    private long floor;
    private long top;
    private long bytes;

    /** An empty ring of a stream that stands at the given offset. */
    public Ring(int capacity, long standsAt) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
        this.floor = standsAt;
        this.top = standsAt;
    }

    /** Adds the successor of the latest publication and lets go of the oldest when there is no room. */
    public void append(Publication publication) {
        if (publication.offset() <= top) {
            throw new IllegalArgumentException("offset " + publication.offset() + " is not after " + top);
        }
        if (size == capacity) {
            dropOldest();
        }
        if (size == slots.length) {
            grow();
        }
        slots[(head + size) % slots.length] = publication;
        size++;
        top = publication.offset();
        bytes += publication.bytes();
    }

    /** Lets go of the oldest publication; the answer is what that frees. */
    public int dropOldest() {
        if (size == 0) {
            return 0;
        }
        Publication oldest = at(0);
        slots[head] = null;
        head = (head + 1) % slots.length;
        size--;
        floor = oldest.offset();
        bytes -= oldest.bytes();
        return oldest.bytes();
    }

    /** Forgets everything: the stream stands at the given offset and nothing before it can be had. */
    public void restartAt(long offset) {
        slots = new @Nullable Publication[FIRST_SLOTS];
        head = 0;
        size = 0;
        bytes = 0;
        floor = offset;
        top = offset;
    }

    /** The offset of the latest publication. */
    public long top() {
        return top;
    }

    /** Everything after this offset is here. */
    public long floor() {
        return floor;
    }

    /** How many publications are here. */
    public int size() {
        return size;
    }

    /** What they take, roughly. */
    public long bytes() {
        return bytes;
    }

    /**
     * The publications after an offset, oldest first: so many at most, and no more than {@link #PAGE_BYTES} unless one
     * alone is larger. The caller has made sure that the offset is not below the floor.
     */
    public List<Publication> after(long offset, int limit) {
        List<Publication> found = new ArrayList<>();
        long sum = 0;
        for (int i = firstAfter(offset); i < size && found.size() < limit; i++) {
            Publication publication = at(i);
            sum += publication.bytes();
            if (sum > PAGE_BYTES && !found.isEmpty()) {
                break;
            }
            found.add(publication);
        }
        return found;
    }

    /** The publications before an offset, newest first, as far as they are here; no more at once than {@link #after}. */
    public List<Publication> before(long offset, int limit) {
        int end = firstAfter(offset - 1);
        List<Publication> found = new ArrayList<>();
        long sum = 0;
        for (int i = end - 1; i >= 0 && found.size() < limit; i--) {
            Publication publication = at(i);
            sum += publication.bytes();
            if (sum > PAGE_BYTES && !found.isEmpty()) {
                break;
            }
            found.add(publication);
        }
        return found;
    }

    /** The offset of the latest publication that had arrived at a time; the floor when none had. */
    public long topAt(long atMs) {
        for (int i = size - 1; i >= 0; i--) {
            Publication publication = at(i);
            if (publication.arrivedAtMs() <= atMs) {
                return publication.offset();
            }
        }
        return floor;
    }

    private int firstAfter(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).offset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Publication at(int index) {
        Publication publication = slots[(head + index) % slots.length];
        if (publication == null) {
            throw new IllegalStateException("nothing at " + index + " of " + size);
        }
        return publication;
    }

    private void grow() {
        var larger = new @Nullable Publication[(int) Math.min(capacity, slots.length * 2L)];
        for (int i = 0; i < size; i++) {
            larger[i] = at(i);
        }
        slots = larger;
        head = 0;
    }
}
