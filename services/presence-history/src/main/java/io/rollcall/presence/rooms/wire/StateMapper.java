package io.rollcall.presence.rooms.wire;

import io.rollcall.presence.rooms.domain.Participant;
import io.rollcall.presence.rooms.domain.Session;
import io.rollcall.presence.rooms.domain.Watch;
import io.rollcall.presence.rooms.domain.Webhook.Profile;
import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import io.rollcall.presence.rooms.domain.Webhook.Track;
import io.rollcall.presence.rooms.store.EpochDocument;
import io.rollcall.presence.rooms.store.ParticipantDocument;
import io.rollcall.presence.rooms.store.ParticipantDocumentState;
import io.rollcall.presence.rooms.store.SessionDocument;
import io.rollcall.presence.rooms.store.TrackDocument;
import io.rollcall.presence.rooms.store.WatchDocument;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.TreePVector;

/** State as the stores keep it. */
public final class StateMapper {

    private StateMapper() {}

    /** A session without its participants, which have documents of their own. */
    public static SessionDocument document(Session session, String roomKey, String roomName, String source) {
        RoomDetails details = session.details();
        var document = new SessionDocument();
        document.setRoomKey(roomKey);
        document.setRoomName(roomName);
        document.setRoomSid(session.sid());
        document.setMadeAt(details == null ? null : details.createdAt());
        document.setMetadata(details == null ? "" : details.metadata());
        document.setMaxParticipants(details == null ? 0 : details.maxParticipants());
        document.setAgency(session.agency());
        document.setEpochs(session.epochs().stream()
                .map(epoch -> new EpochDocument(epoch.createdAt(), epoch.endedAt()))
                .toList());
        document.setLastActiveAt(session.lastActiveAt());
        document.setSource(source);
        switch (session) {
            case Session.Open open -> {
                document.setOpen(true);
                document.setProvisional(open.provisional());
                document.setPeople(open.counted());
                document.setWatch(watch(open.watch()));
                document.setConnected(open.live().size());
                document.setCloseReason("");
                document.setCloseToldAt(Instant.EPOCH);
                document.setCloseRecordedAt(Instant.EPOCH);
            }
            case Session.Closed closed -> {
                document.setCloseReason(closed.reason());
                document.setInferred(closed.inferred());
                document.setCloseToldAt(closed.toldAt());
                document.setCloseRecordedAt(closed.recordedAt());
            }
        }
        return document;
    }

    /** A closed session, remembering nobody yet. */
    public static Session.Closed closed(SessionDocument document) {
        return new Session.Closed(
                document.getRoomSid(),
                details(document),
                epochs(document),
                document.getLastActiveAt(),
                document.getCloseReason(),
                document.getInferred(),
                document.getCloseToldAt(),
                document.getCloseRecordedAt(),
                Session.Past.NOTHING);
    }

    /** An open session with nobody in it yet. */
    public static Session.Open open(SessionDocument document) {
        return new Session.Open(
                document.getRoomSid(),
                details(document),
                document.getProvisional(),
                epochs(document),
                document.getLastActiveAt(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePSet.empty(),
                Session.Past.NOTHING,
                watch(document.getWatch()));
    }

    private static @Nullable WatchDocument watch(Watch watch) {
        return watch.equals(Watch.NOTHING)
                ? null
                : new WatchDocument(
                        watch.absentSince(),
                        watch.unreachable(),
                        watch.unreachableAt(),
                        watch.emptySince(),
                        watch.differsSince(),
                        watch.missing());
    }

    private static Watch watch(@Nullable WatchDocument document) {
        return document == null
                ? Watch.NOTHING
                : new Watch(
                        document.getAbsentSince(),
                        document.getUnreachable(),
                        document.getUnreachableAt(),
                        document.getEmptySince(),
                        document.getDiffersSince(),
                        HashTreePMap.from(document.getMissing()));
    }

    private static @Nullable RoomDetails details(SessionDocument document) {
        Instant madeAt = document.getMadeAt();
        return madeAt == null
                ? null
                : new RoomDetails(madeAt, document.getMetadata(), document.getMaxParticipants(), document.getAgency());
    }

    private static TreePVector<Session.Epoch> epochs(SessionDocument document) {
        return TreePVector.from(document.getEpochs().stream()
                .map(epoch -> new Session.Epoch(epoch.getCreatedAt(), epoch.getEndedAt()))
                .toList());
    }

    /** A participant of a session. */
    public static ParticipantDocument document(Participant participant, String roomSid, String source) {
        var document = new ParticipantDocument();
        document.setRoomSid(roomSid);
        document.setParticipantSid(participant.sid());
        document.setSource(source);
        document.setIdentity(participant.identity());
        document.setName("");
        document.setKind("STANDARD");
        document.setMetadata("");
        document.setAttributes(java.util.Map.of());
        document.setReason("");
        document.setLivekitState("");
        document.setJoinedAt(Instant.EPOCH);
        document.setGoneRecordedAt(Instant.EPOCH);
        document.setTracks(List.of());
        switch (participant) {
            case Participant.Provisional provisional -> {
                document.setState(ParticipantDocumentState.PROVISIONAL);
                document.setJoinedAt(provisional.seenAt());
                document.setTracks(tracks(provisional));
            }
            case Participant.Active active -> {
                document.setState(ParticipantDocumentState.ACTIVE);
                present(document, active);
            }
            case Participant.Suspect suspect -> {
                document.setState(ParticipantDocumentState.SUSPECT);
                document.setSuspectSince(suspect.since());
                document.setSuspectRecordedAt(suspect.recordedAt());
                present(document, suspect);
            }
            case Participant.Left left -> {
                document.setState(ParticipantDocumentState.LEFT);
                profile(document, left.profile());
                document.setJoinedAt(left.joinedAt());
                document.setLeftAt(left.leftAt());
                document.setReason(left.reason());
                document.setInferred(left.inferred());
                document.setGoneRecordedAt(left.recordedAt());
            }
            case Participant.Aborted aborted -> {
                document.setState(ParticipantDocumentState.ABORTED);
                profile(document, aborted.profile());
                document.setJoinedAt(aborted.at());
                document.setReason(aborted.reason());
            }
            case Participant.Terminated terminated -> {
                document.setState(ParticipantDocumentState.TERMINATED);
                profile(document, terminated.profile());
                document.setGoneRecordedAt(terminated.recordedAt());
            }
        }
        return document;
    }

    /** A participant of a session; null for a state that a later version of this service has written. */
    public static @Nullable Participant participant(ParticipantDocument document) {
        String sid = document.getParticipantSid();
        return switch (document.getState()) {
            case PROVISIONAL ->
                new Participant.Provisional(sid, document.getIdentity(), document.getJoinedAt(), tracks(document));
            case ACTIVE -> active(document);
            case SUSPECT -> {
                Participant.Active active = active(document);
                Instant since = document.getSuspectSince() == null ? active.joinedAt() : document.getSuspectSince();
                Instant recordedAt = document.getSuspectRecordedAt();
                yield new Participant.Suspect(
                        sid,
                        active.profile(),
                        active.joinedAt(),
                        active.version(),
                        active.state(),
                        active.tracks(),
                        since,
                        recordedAt == null ? since : recordedAt);
            }
            case LEFT -> {
                Instant leftAt = document.getLeftAt();
                yield new Participant.Left(
                        sid,
                        profile(document),
                        document.getJoinedAt(),
                        leftAt == null ? document.getJoinedAt() : leftAt,
                        document.getReason(),
                        document.getInferred(),
                        document.getGoneRecordedAt());
            }
            case ABORTED ->
                new Participant.Aborted(sid, profile(document), document.getReason(), document.getJoinedAt());
            case TERMINATED -> new Participant.Terminated(sid, profile(document), document.getGoneRecordedAt());
            case UNKNOWN -> null;
        };
    }

    private static void present(ParticipantDocument document, Participant.Present present) {
        profile(document, present.profile());
        document.setJoinedAt(present.joinedAt());
        document.setVersion(present.version());
        document.setLivekitState(present.state());
        document.setTracks(tracks(present));
    }

    private static void profile(ParticipantDocument document, Profile profile) {
        document.setName(profile.name());
        document.setKind(profile.kind());
        document.setHidden(profile.hidden());
        document.setCanPublish(profile.canPublish());
        document.setMetadata(profile.metadata());
        document.setAttributes(profile.attributes());
    }

    /** Who the participant of a document is. */
    public static Profile profile(ParticipantDocument document) {
        return new Profile(
                document.getIdentity(),
                document.getName(),
                document.getKind(),
                document.getHidden(),
                document.getCanPublish(),
                document.getMetadata(),
                document.getAttributes());
    }

    private static Participant.Active active(ParticipantDocument document) {
        return new Participant.Active(
                document.getParticipantSid(),
                profile(document),
                document.getJoinedAt(),
                document.getVersion(),
                document.getLivekitState(),
                tracks(document));
    }

    private static List<TrackDocument> tracks(Participant.Live live) {
        if (live.tracks().isEmpty()) {
            return List.of();
        }
        var tracks = new ArrayList<TrackDocument>(live.tracks().size());
        for (Track track : live.tracks().values()) {
            tracks.add(new TrackDocument(
                    track.sid(), track.kind(), track.source(), track.mimeType(), track.muted(), track.version()));
        }
        return tracks;
    }

    private static PMap<String, Track> tracks(ParticipantDocument document) {
        PMap<String, Track> tracks = HashTreePMap.empty();
        for (TrackDocument track : document.getTracks()) {
            tracks = tracks.plus(
                    track.getTrackSid(),
                    new Track(
                            track.getTrackSid(),
                            track.getKind(),
                            track.getTrackSource(),
                            track.getMimeType(),
                            track.getMuted(),
                            track.getVersion()));
        }
        return tracks;
    }
}
