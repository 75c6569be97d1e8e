package io.rollcall.sim.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rollcall.sim.protocol.LivekitIds;
import io.rollcall.sim.tokens.Grants;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import livekit.LivekitModels.Codec;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.RoomConfiguration;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitWebhook.WebhookEvent;

/**
 * One LiveKit node: rooms, the people in them, and the events about both, in the order in which they are told. Its
 * rules are those of LiveKit 1.13.5's {@code RoomManager} and {@code Room}. What it is made to do wrong is in
 * {@link Anomalies}.
 */
public final class Node {

    private static final List<String> CODECS = List.of(
            "audio/PCMU",
            "audio/PCMA",
            "audio/opus",
            "audio/red",
            "video/VP8",
            "video/H264",
            "video/VP9",
            "video/AV1",
            "video/H265",
            "video/rtx");
    private static final int LONGEST_NAME = 256;
    private static final int LARGEST_METADATA = 512 * 1024;
    private static final int LARGEST_ATTRIBUTES = 64 * 1024;

    private final RoomDefaults defaults;
    private final LivekitIds ids;
    private final InstantSource clock;
    private final Consumer<WebhookEvent> events;

    /** By name; a room is in it as long as it is listed. */
    private final Map<String, HostedRoom> rooms = new LinkedHashMap<>();

    /** Rooms that another one of the same name has taken the place of, and that still have people. */
    private final Set<HostedRoom> aside = new LinkedHashSet<>();

    private final Map<String, Session> sessions = new LinkedHashMap<>();

    /** A node without rooms that hands its events to {@code events}, one after the other. */
    public Node(RoomDefaults defaults, LivekitIds ids, InstantSource clock, Consumer<WebhookEvent> events) {
        this.defaults = defaults;
        this.ids = ids;
        this.clock = clock;
        this.events = events;
    }

    // The room API.

    /** Makes a room, or returns the one that is there as it is. */
    public synchronized Room createRoom(CreateRoomRequest request) {
        if (bytes(request.getName()) > LONGEST_NAME) {
            throw RefusedException.behindTheBus(
                    TwirpError.INVALID_ARGUMENT, "room name length exceeds limits: max length " + LONGEST_NAME);
        }
        checkMetadata(request.getMetadata());
        return getOrCreate(request).picture(clock.instant());
    }

    /** The rooms of these names, or all. */
    public synchronized List<Room> listRooms(List<String> names) {
        Instant now = clock.instant();
        return rooms.values().stream()
                .filter(room -> names.isEmpty() || names.contains(room.name()))
                .map(room -> room.picture(now))
                .toList();
    }

    /** Puts everybody out and closes the room. */
    public synchronized void deleteRoom(String name) {
        HostedRoom room = rooms.get(name);
        if (room == null) {
            throw RefusedException.roomNotFound();
        }
        if (!room.hosted) {
            throw RefusedException.behindTheBus(TwirpError.UNKNOWN, "could not find object");
        }
        close(room, DisconnectReason.ROOM_DELETED);
    }

    /** Everybody in a room, also those who are only connecting. */
    public synchronized List<ParticipantInfo> participants(String room) {
        return hosted(room).people.values().stream()
                .map(session -> session.info.build())
                .toList();
    }

    /** One of them. */
    public synchronized ParticipantInfo participant(String room, String identity) {
        return session(hosted(room), identity).info.build();
    }

    /** Puts somebody out; the token stays good. */
    public synchronized void removeParticipant(String room, String identity) {
        end(stored(room, identity), DisconnectReason.PARTICIPANT_REMOVED);
    }

    /** Changes what is said of somebody; what is empty in the request stays. */
    @SuppressWarnings("deprecation") // the permission's old flags are copied too
    public synchronized ParticipantInfo updateParticipant(UpdateParticipantRequest request) {
        Session session = stored(request.getRoom(), request.getIdentity());
        if (!request.getName().isEmpty()) {
            session.info.setName(request.getName());
            session.changed();
        }
        if (!request.getMetadata().isEmpty()) {
            session.info.setMetadata(request.getMetadata());
            session.changed();
        }
        if (request.getAttributesCount() > 0) {
            request.getAttributesMap().forEach((name, value) -> {
                if (value.isEmpty()) {
                    session.info.removeAttributes(name);
                } else {
                    session.info.putAttributes(name, value);
                }
            });
            session.changed();
        }
        if (request.hasPermission()) {
            session.info.setPermission(request.getPermission());
            session.changed();
        }
        return session.info.build();
    }

    /** Refuses what is too large, before anything else is looked at. */
    public void checkUpdate(UpdateParticipantRequest request) {
        if (bytes(request.getName()) > LONGEST_NAME) {
            throw invalid("name length exceeds limits", Integer.toString(LONGEST_NAME));
        }
        checkMetadata(request.getMetadata());
        int attributes = request.getAttributesMap().entrySet().stream()
                .mapToInt(entry -> bytes(entry.getKey()) + bytes(entry.getValue()))
                .sum();
        if (attributes > LARGEST_ATTRIBUTES) {
            throw invalid("attribute size exceeds limits", Integer.toString(LARGEST_ATTRIBUTES));
        }
    }

    /** Refuses metadata that is too large. */
    public void checkMetadata(String metadata) {
        if (bytes(metadata) > LARGEST_METADATA) {
            throw invalid("metadata size exceeds limits", Integer.toString(LARGEST_METADATA));
        }
    }

    /** The only way to change a room that is there. */
    public synchronized Room updateRoomMetadata(String name, String metadata) {
        if (!rooms.containsKey(name)) {
            throw RefusedException.roomNotFound();
        }
        HostedRoom room = hosted(name);
        room.live.setMetadata(metadata);
        room.changed(true, clock.instant());
        return room.picture(clock.instant());
    }

    /** Mutes a track, or unmutes it where that is allowed; nothing for a track that is not there. */
    public synchronized Optional<TrackInfo> mute(MuteRoomTrackRequest request) {
        Session session = addressed(request.getRoom(), request.getIdentity());
        if (!request.getMuted() && !defaults.remoteUnmute()) {
            throw RefusedException.behindTheBus(TwirpError.FAILED_PRECONDITION, "remote unmute not enabled");
        }
        session.changed();
        return session.info.getTracksBuilderList().stream()
                .filter(track -> track.getSid().equals(request.getTrackSid()))
                .findFirst()
                .map(track -> track.setMuted(request.getMuted()).build());
    }

    /** Finds the room that data is sent to; there is nobody to receive it. */
    public synchronized void sendData(String room) {
        hosted(room);
    }

    /** Finds the one whose subscriptions are changed; simulated people see nothing. */
    public synchronized void updateSubscriptions(String room, String identity) {
        addressed(room, identity);
    }

    // Clients.

    /** Opens the signalling connection of a client: from now on it is listed, but has not joined. */
    public synchronized ParticipantInfo connect(Grants grants, String roomOfQuery) throws JoinRefusedException {
        String name = mayJoin(grants, roomOfQuery);
        HostedRoom room = getOrCreate(createRequest(name, grants.roomConfiguration()));
        Session before = room.people.get(grants.identity());
        if (before != null) {
            end(before, DisconnectReason.DUPLICATE_IDENTITY);
        }
        var session = new Session(room, grants, ids.participant(), clock.instant());
        if (room.full() && !session.dependent()) {
            // LiveKit says why only in its log, and sends no webhook.
            throw new JoinRefusedException(500, "connection closed by media");
        }
        room.add(session, clock.instant());
        sessions.put(session.sid(), session);
        return session.info.build();
    }

    /** Whether this token would be let in; the room that it would join. */
    public synchronized String mayJoin(Grants grants, String roomOfQuery) throws JoinRefusedException {
        if (!grants.roomJoin()) {
            throw new JoinRefusedException(401, "permissions denied");
        }
        if (grants.identity().isEmpty()) {
            throw new JoinRefusedException(400, "identity cannot be empty");
        }
        if (bytes(grants.identity()) > LONGEST_NAME) {
            throw new JoinRefusedException(
                    400, "participant identity length exceeds limits: max length " + LONGEST_NAME);
        }
        String name = grants.room().isEmpty() ? roomOfQuery : grants.room();
        if (name.isEmpty()) {
            throw new JoinRefusedException(400, "no room name");
        }
        if (bytes(name) > LONGEST_NAME) {
            throw new JoinRefusedException(400, "room name length exceeds limits: max length " + LONGEST_NAME);
        }
        if (!defaults.autoCreate() && !grants.roomCreate() && !rooms.containsKey(name)) {
            throw new JoinRefusedException(404, "requested room does not exist");
        }
        return name;
    }

    /** The client's media is connected: it has joined. */
    public synchronized ParticipantInfo activate(String sid) {
        Session session = session(sid);
        if (!session.active) {
            session.activate();
            tell("participant_joined", session.room, session);
        }
        return session.info.build();
    }

    /** A client goes, or is lost; it never joined when it was not active. */
    public synchronized ParticipantInfo leave(String sid, DisconnectReason reason) {
        Session session = session(sid);
        end(session, reason);
        return session.info.build();
    }

    /** A client publishes a track. */
    public synchronized TrackInfo publish(String sid, TrackKind kind) {
        Session session = session(sid);
        session.room.look(clock.instant());
        TrackInfo track = Tracks.of(kind, session.info.getTracksCount(), ids, clock.instant());
        session.info.setIsPublisher(true).addTracks(track);
        session.changed();
        session.room.changed(false, clock.instant());
        tellTrack("track_published", session, track);
        return track;
    }

    /** A client takes a track away. */
    public synchronized TrackInfo unpublish(String sid, String trackSid) {
        Session session = session(sid);
        for (int i = 0; i < session.info.getTracksCount(); i++) {
            TrackInfo track = session.info.getTracks(i);
            if (track.getSid().equals(trackSid)) {
                session.info.removeTracks(i);
                session.changed();
                tellTrack("track_unpublished", session, track);
                return track;
            }
        }
        throw new RefusedException(TwirpError.NOT_FOUND, "there is no track " + trackSid);
    }

    /** The session of somebody who is in a room now. */
    public synchronized Optional<String> sessionOf(String room, String identity) {
        return Optional.ofNullable(rooms.get(room))
                .map(it -> it.people.get(identity))
                .map(Session::sid);
    }

    /** Which seat a session has. */
    public synchronized Seat seat(String sid) {
        Session session = session(sid);
        return new Seat(session.room.name(), session.room.sid(), session.identity());
    }

    /** A place in a room. */
    public record Seat(String room, String roomSid, String identity) {}

    // Time and ends.

    /** Closes rooms that were empty for too long. LiveKit does so every second. */
    public synchronized void closeIdleRooms() {
        Instant now = clock.instant();
        everyRoom()
                .filter(room -> room.hosted && room.idle(now))
                .toList()
                .forEach(room -> close(room, DisconnectReason.ROOM_CLOSED));
    }

    /** An orderly stop: everybody is put out and every room closed, and it is told. */
    public synchronized void shutDown() {
        everyRoom().filter(room -> room.hosted).toList().forEach(room -> close(room, DisconnectReason.SERVER_SHUTDOWN));
    }

    /**
     * The process is killed: nothing is told.
     *
     * @param listed whether the rooms stay listed without a node, as they do where LiveKit keeps them in Redis
     * @return the grants of the clients that had joined and now lost their connection
     */
    public synchronized List<Grants> crash(boolean listed) {
        List<Grants> lost = sessions.values().stream()
                .filter(session -> session.active)
                .map(session -> session.grants)
                .toList();
        sessions.clear();
        aside.clear();
        if (listed) {
            rooms.values().forEach(room -> {
                room.people.clear();
                room.hosted = false;
            });
        } else {
            rooms.clear();
        }
        return lost;
    }

    /** What LiveKit is made to do wrong. */
    public Anomalies anomalies() {
        return new Anomalies(this);
    }

    /** Everything that is really there, room by room, also what the room API does not show. */
    public synchronized List<Occupied> truth() {
        return everyRoom()
                .map(room -> new Occupied(
                        room.name(),
                        room.sid(),
                        room.hosted,
                        room.people.values().stream()
                                .filter(session -> session.active)
                                .map(session -> new Person(session.identity(), session.sid()))
                                .toList()))
                .toList();
    }

    /** A room as it is, with those who have joined. */
    public record Occupied(String room, String sid, boolean hosted, List<Person> people) {}

    /** Somebody who has joined. */
    public record Person(String identity, String sid) {}

    // What Anomalies builds on; it holds this node's lock.

    HostedRoom listed(String name) {
        HostedRoom room = rooms.get(name);
        if (room == null) {
            throw RefusedException.roomNotFound();
        }
        return room;
    }

    /** Lists the room; one of the same name that was listed before stays as it is, but out of sight. */
    void list(HostedRoom room) {
        HostedRoom before = rooms.put(room.name(), room);
        if (before != null) {
            aside.add(before);
        }
    }

    Instant now() {
        return clock.instant();
    }

    /** Everybody in a room is gone without a word; the grants of those who had joined. */
    List<Grants> forgetEverybody(HostedRoom room) {
        List<Session> there = List.copyOf(room.people.values());
        there.forEach(this::forget);
        return there.stream()
                .filter(session -> session.active)
                .map(session -> session.grants)
                .toList();
    }

    void forget(Session session) {
        sessions.remove(session.sid());
        session.room.remove(session, clock.instant());
    }

    Session session(String sid) {
        Session session = sessions.get(sid);
        if (session == null) {
            throw new RefusedException(TwirpError.NOT_FOUND, "there is no session " + sid);
        }
        return session;
    }

    HostedRoom copyUnderNewSid(HostedRoom room) {
        return newRoom(room.live.clone(), clock.instant());
    }

    void tell(String event, HostedRoom room) {
        tell(WebhookEvent.newBuilder().setEvent(event).setRoom(room.picture(clock.instant())));
    }

    void tell(String event, HostedRoom room, Session session) {
        tell(WebhookEvent.newBuilder()
                .setEvent(event)
                .setRoom(room.picture(clock.instant()))
                .setParticipant(session.info));
    }

    /** Tells an event under an id and a time of its own. */
    public synchronized WebhookEvent tell(WebhookEvent.Builder event) {
        WebhookEvent told = event.setId(ids.event())
                .setCreatedAt(clock.instant().getEpochSecond())
                .build();
        events.accept(told);
        return told;
    }

    private HostedRoom getOrCreate(CreateRoomRequest request) {
        HostedRoom there = rooms.get(request.getName());
        if (there != null && there.hosted) {
            return there;
        }
        if (!request.getRoomPreset().isEmpty()) {
            throw RefusedException.behindTheBus(
                    TwirpError.INVALID_ARGUMENT, "unknown room configuration in create room request");
        }
        Instant now = clock.instant();
        HostedRoom room;
        if (there == null) {
            room = newRoom(
                    Room.newBuilder()
                            .setName(request.getName())
                            .setEmptyTimeout(defaults.emptyTimeout())
                            .setDepartureTimeout(defaults.departureTimeout())
                            .setMaxParticipants(defaults.maxParticipants())
                            .addAllEnabledCodecs(CODECS.stream()
                                    .map(mime ->
                                            Codec.newBuilder().setMime(mime).build())
                                    .toList()),
                    now);
        } else {
            // Hosted again: the same room under the same sid, but empty.
            room = new HostedRoom(there.live.clone().clearActiveRecording(), now);
        }
        setWhatIsSaid(room.live, request);
        room.changed(true, now);
        rooms.put(room.name(), room);
        tell("room_started", room);
        return room;
    }

    private HostedRoom newRoom(Room.Builder room, Instant now) {
        return new HostedRoom(
                room.setSid(ids.room())
                        .setCreationTime(now.getEpochSecond())
                        .setCreationTimeMs(now.toEpochMilli())
                        .setTurnPassword(ids.secret()),
                now);
    }

    private static void setWhatIsSaid(Room.Builder room, CreateRoomRequest request) {
        if (request.getEmptyTimeout() != 0) {
            room.setEmptyTimeout(request.getEmptyTimeout());
        }
        if (request.getDepartureTimeout() != 0) {
            room.setDepartureTimeout(request.getDepartureTimeout());
        }
        if (request.getMaxParticipants() != 0) {
            room.setMaxParticipants(request.getMaxParticipants());
        }
        if (!request.getMetadata().isEmpty()) {
            room.setMetadata(request.getMetadata());
        }
    }

    private static CreateRoomRequest createRequest(String name, RoomConfiguration configuration) {
        return CreateRoomRequest.newBuilder()
                .setName(name)
                .setEmptyTimeout(configuration.getEmptyTimeout())
                .setDepartureTimeout(configuration.getDepartureTimeout())
                .setMaxParticipants(configuration.getMaxParticipants())
                .setMetadata(configuration.getMetadata())
                .build();
    }

    void close(HostedRoom room, DisconnectReason reason) {
        List.copyOf(room.people.values()).forEach(session -> end(session, reason));
        rooms.remove(room.name(), room);
        aside.remove(room);
        tell("room_finished", room);
    }

    private Stream<HostedRoom> everyRoom() {
        return Stream.concat(rooms.values().stream(), aside.stream());
    }

    private void end(Session session, DisconnectReason reason) {
        var tracks = new ArrayList<>(session.info.getTracksList());
        for (TrackInfo track : tracks) {
            session.info.removeTracks(0);
            session.changed();
            tellTrack("track_unpublished", session, track);
        }
        forget(session);
        session.info.setState(ParticipantInfo.State.DISCONNECTED).setDisconnectReason(reason);
        session.changed();
        tell(session.active ? "participant_left" : "participant_connection_aborted", session.room, session);
    }

    /** Events about tracks name the room and the participant and say no more of them. */
    private void tellTrack(String event, Session session, TrackInfo track) {
        tell(WebhookEvent.newBuilder()
                .setEvent(event)
                .setRoom(Room.newBuilder().setSid(session.room.sid()).setName(session.room.name()))
                .setParticipant(
                        ParticipantInfo.newBuilder().setSid(session.sid()).setIdentity(session.identity()))
                .setTrack(track));
    }

    private HostedRoom hosted(String name) {
        HostedRoom room = rooms.get(name);
        if (room == null || !room.hosted) {
            throw new NoNodeException();
        }
        return room;
    }

    private static Session session(HostedRoom room, String identity) {
        Session session = room.people.get(identity);
        if (session == null) {
            throw RefusedException.participantNotFound();
        }
        return session;
    }

    /** Where LiveKit first looks into its store. */
    private Session stored(String name, String identity) {
        HostedRoom room = rooms.get(name);
        if (room == null || !room.hosted) {
            throw RefusedException.participantNotFound();
        }
        return session(room, identity);
    }

    /** Where LiveKit asks for whoever has the participant, and nobody does. */
    private Session addressed(String name, String identity) {
        HostedRoom room = hosted(name);
        Session session = room.people.get(identity);
        if (session == null) {
            throw new NoNodeException();
        }
        return session;
    }

    private static RefusedException invalid(String argument, String limit) {
        return new RefusedException(TwirpError.INVALID_ARGUMENT, argument + " " + limit, Map.of("argument", argument));
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }
}
