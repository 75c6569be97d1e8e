package io.rollcall.sim.node;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import livekit.LivekitModels.Room;

/**
 * A room with its people. What it tells of itself is a picture that is up to five seconds old: LiveKit's counts are
 * wrong by design, and so are ours.
 */
final class HostedRoom {

    private static final Duration REFRESH = Duration.ofSeconds(5);

    final Room.Builder live;
    final Map<String, Session> people = new LinkedHashMap<>();
    /** False when the room is still listed, but the node that had it is gone. */
    boolean hosted = true;

    private final Instant createdAt;
    private Room picture;
    private Instant picturedAt;
    private boolean dirty;
    private long firstJoinedAt;
    private long lastLeftAt;

    HostedRoom(Room.Builder live, Instant now) {
        this.live = live;
        this.createdAt = now;
        this.picture = live.build();
        this.picturedAt = now;
    }

    String name() {
        return live.getName();
    }

    String sid() {
        return live.getSid();
    }

    void add(Session session, Instant now) {
        look(now);
        people.put(session.identity(), session);
        if (firstJoinedAt == 0 && !session.dependent()) {
            firstJoinedAt = now.getEpochSecond();
        }
        boolean recording = session.recorder() && !live.getActiveRecording();
        if (recording) {
            live.setActiveRecording(true);
        }
        changed(recording, now);
    }

    void remove(Session session, Instant now) {
        look(now);
        people.remove(session.identity(), session);
        lastLeftAt = now.getEpochSecond();
        boolean recording = people.values().stream().anyMatch(Session::recorder);
        boolean stopped = session.recorder() && live.getActiveRecording() != recording;
        if (stopped) {
            live.setActiveRecording(recording);
        }
        changed(stopped, now);
    }

    /** Notes a change; it is told at once, or when the last picture is five seconds old. */
    void changed(boolean atOnce, Instant now) {
        dirty = true;
        if (atOnce || Duration.between(picturedAt, now).compareTo(REFRESH) > 0) {
            takePicture(now);
        }
    }

    /** The room as LiveKit tells it: in the API and in webhooks alike. */
    Room picture(Instant now) {
        look(now);
        return picture;
    }

    /**
     * LiveKit looks for changes every five seconds, counted from the room's creation. We look when we must: before the
     * room changes and before it is told.
     */
    void look(Instant now) {
        Instant due = now.minusMillis(Duration.between(createdAt, now).toMillis() % REFRESH.toMillis());
        if (dirty && Duration.between(picturedAt, due).compareTo(REFRESH) >= 0) {
            takePicture(due);
        }
    }

    private void takePicture(Instant now) {
        dirty = false;
        int persons = 0;
        int publishers = 0;
        for (Session session : people.values()) {
            persons += session.dependent() ? 0 : 1;
            publishers += session.info.getIsPublisher() ? 1 : 0;
        }
        Room next = live.clone()
                .setNumParticipants(persons)
                .setNumPublishers(publishers)
                .build();
        if (!next.equals(picture)) {
            picture = next;
            picturedAt = now;
        }
    }

    boolean full() {
        return live.getMaxParticipants() > 0
                && people.values().stream().filter(it -> !it.dependent()).count() >= live.getMaxParticipants();
    }

    /** Whether it has been without people for longer than it may. LiveKit counts whole seconds. */
    boolean idle(Instant now) {
        if (people.values().stream().anyMatch(session -> !session.dependent())) {
            return false;
        }
        if (firstJoinedAt > 0 && lastLeftAt > 0) {
            return now.getEpochSecond() - lastLeftAt >= live.getDepartureTimeout();
        }
        return now.getEpochSecond() - live.getCreationTime() >= live.getEmptyTimeout();
    }
}
