package io.rollcall.gateway.rooms;

import io.rollcall.gateway.channels.Archive;
import io.rollcall.gateway.channels.Channels;
import io.rollcall.gateway.channels.PositionedStream;
import io.rollcall.gateway.channels.domain.Publication;
import io.rollcall.gateway.channels.domain.Ring;
import io.rollcall.gateway.channels.domain.StreamPosition;
import io.rollcall.kit.kafka.View;
import io.rollcall.schemas.rooms.Room;
import io.rollcall.schemas.rooms.RoomEvent;
import io.rollcall.schemas.rooms.RoomEventType;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams behind {@code rooms:<name>} and {@code rooms:*}. Events come from one thread; everything else may come from
 * any. The rings of all rooms share one budget of bytes, and the oldest event of all goes first, so that how far back a
 * client can recover does not depend on how lively its room is.
 */
public final class RoomChannels implements Channels {

    /**
     * How much is kept.
     *
     * @param perRoom publications of one room
     * @param allRooms publications of the feed of all rooms
     * @param roomsBytes bytes of the rings of all single rooms together
     * @param allRoomsBytes bytes of the ring of the feed of all rooms
     */
    public record Keeps(int perRoom, int allRooms, long roomsBytes, long allRoomsBytes) {}

    private record Kept(String roomKey, PositionedStream stream, long offset, int bytes) {}

    private final Keeps keeps;
    private final RoomDirectory directory;
    private final Supplier<CompletionStage<Void>> catchUp;
    private final @Nullable PositionedStream allRooms;
    private final Map<String, PositionedStream> rooms = new ConcurrentHashMap<>();
    private final Queue<Kept> oldestFirst = new ArrayDeque<>();
    private final LongAdder deliveries = new LongAdder();
    private long bytes;
    private volatile String roomsEpoch = "";

    /**
     * Knows nothing yet.
     *
     * @param archive where the feed of all rooms is kept beyond its ring
     * @param catchUp completes when everything that is in the log now has been given to this object
     */
    public RoomChannels(
            Keeps keeps,
            boolean feedOfAllRooms,
            RoomDirectory directory,
            Archive archive,
            Supplier<CompletionStage<Void>> catchUp) {
        this.keeps = keeps;
        this.directory = directory;
        this.catchUp = catchUp;
        this.allRooms = feedOfAllRooms ? new PositionedStream("", new Ring(keeps.allRooms(), 0), archive) : null;
    }

    @Override
    public Lookup find(String channel) {
        return switch (RoomChannel.of(channel)) {
            case RoomChannel.AllRooms() -> allRooms == null ? new Lookup.SwitchedOff() : new Lookup.Feed(allRooms, "");
            case RoomChannel.OneRoom(String roomKey) -> {
                PositionedStream stream = rooms.get(roomKey);
                yield new Lookup.Feed(stream == null ? quiet(roomKey) : stream, directory.agency(roomKey));
            }
            case RoomChannel.NoRoom() -> new Lookup.BadName();
            case RoomChannel.Other() -> new Lookup.Unknown();
        };
    }

    @Override
    public Lookup open(String channel) {
        return RoomChannel.of(channel) instanceof RoomChannel.OneRoom(String roomKey)
                ? new Lookup.Feed(rooms.computeIfAbsent(roomKey, this::quiet), directory.agency(roomKey))
                : find(channel);
    }

    @Override
    public void released(String channel) {
        if (RoomChannel.of(channel) instanceof RoomChannel.OneRoom(String roomKey)) {
            dropIfIdle(roomKey);
        }
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        return catchUp.get();
    }

    /** Where the feed of all rooms stood at a time; before everything when it is switched off. */
    public StreamPosition positionAt(long atMs) {
        return allRooms == null ? StreamPosition.NONE : allRooms.positionAt(atMs);
    }

    /** Publications handed to subscribers. */
    public long deliveries() {
        return deliveries.sum();
    }

    /** The log of single rooms begins, or begins anew: nothing that was before can be had. */
    void roomsBegin(String epoch) {
        roomsEpoch = epoch;
        oldestFirst.clear();
        bytes = 0;
        rooms.forEach((roomKey, stream) -> stream.breakOffAt(epoch, directory.sequence(roomKey)));
        // Nothing is left in them whose end would let go of them.
        rooms.keySet().forEach(this::dropIfIdle);
    }

    /** The feed of all rooms begins at an offset of its log, or begins anew. */
    void allRoomsBegin(String epoch, long recordOffset) {
        if (allRooms != null) {
            allRooms.breakOffAt(epoch, recordOffset);
        }
    }

    /** What the state topic says of a room has changed. */
    public void roomChanged(View.Change<Room> change) {
        Room before = change.before();
        Room after = change.after();
        PositionedStream stream = rooms.get(change.key());
        if (after != null
                && stream != null
                && (before == null || !before.getAgency().equals(after.getAgency()))) {
            belongsTo(stream, after.getAgency());
        }
    }

    /** Many a room opens before it is known whose it is, also one that was open before: nobody has to go for that. */
    private static void belongsTo(PositionedStream stream, String agency) {
        if (!agency.isEmpty()) {
            stream.belongsTo(agency);
        }
    }

    /** The next event of some room. */
    void roomEvent(RoomEvent event, long arrivedAtMs) {
        long sequence = event.getSequence();
        if (sequence <= 0) {
            return; // a report or an anomaly: in the log, on no feed
        }
        String roomKey = event.getRoomKey();
        PositionedStream stream = rooms.computeIfAbsent(roomKey, key -> standingAt(sequence - 1));
        long top = stream.position().offset();
        if (top != sequence - 1 && !(isAheadOfLog(roomKey, top) && stream.standAt(sequence - 1))) {
            stream.breakOffAt(roomsEpoch, sequence - 1);
        }
        if (event.getType() == RoomEventType.ROOM_OPENED) {
            // The state topic says it too, and may be read later than what follows here.
            belongsTo(stream, event.getAgency());
        }
        var publication = new Publication(sequence, RoomEventJson.of(event), arrivedAtMs);
        deliveries.add(stream.publish(publication));
        oldestFirst.add(new Kept(roomKey, stream, sequence, publication.bytes()));
        bytes += publication.bytes();
        forgetOldest();
    }

    /** The next record of the feed of all rooms. */
    void allRoomsEvent(long recordOffset, RoomEvent event, long arrivedAtMs) {
        if (allRooms != null) {
            deliveries.add(allRooms.publish(new Publication(recordOffset + 1, RoomEventJson.of(event), arrivedAtMs)));
            allRooms.shrinkTo(keeps.allRoomsBytes());
        }
    }

    /**
     * A stream that was opened from the state topic may stand further than the log as this instance has read it: the two
     * are written together but read apart. A room that begins again at 1 is another matter: there the state topic says so.
     */
    private boolean isAheadOfLog(String roomKey, long top) {
        return directory.sequence(roomKey) >= top;
    }

    private void forgetOldest() {
        Kept oldest = oldestFirst.peek();
        while (bytes > keeps.roomsBytes() && oldest != null) {
            oldestFirst.remove();
            bytes -= oldest.bytes();
            oldest.stream().forgetUpTo(oldest.offset());
            dropIfIdle(oldest.roomKey());
            oldest = oldestFirst.peek();
        }
    }

    private void dropIfIdle(String roomKey) {
        rooms.computeIfPresent(roomKey, (key, stream) -> stream.retireIfIdle(directory.sequence(key)) ? null : stream);
    }

    private PositionedStream quiet(String roomKey) {
        return standingAt(directory.sequence(roomKey));
    }

    private PositionedStream standingAt(long sequence) {
        return new PositionedStream(roomsEpoch, new Ring(keeps.perRoom(), sequence));
    }
}
