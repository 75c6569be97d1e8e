package io.rollcall.local;

import io.rollcall.schemas.rooms.RoomEvent;
import java.util.Locale;

/** A fact about a room as a sentence for a terminal. */
final class FactWords {

    private FactWords() {}

    static String say(RoomEvent fact) {
        String what = switch (fact.getType()) {
            case ROOM_OPENED -> "the room opens";
            case ROOM_CLOSED -> "the room closes" + because(fact.getRoomClosed().getReason(), "ROOM_FINISHED");
            case PARTICIPANT_JOINED ->
                who(fact.getParticipantJoined().getIdentity())
                        + kind(
                                fact.getParticipantJoined().getKind(),
                                fact.getParticipantJoined().getHidden())
                        + " joins";
            case PARTICIPANT_LEFT ->
                who(fact.getParticipantLeft().getIdentity())
                        + kind(
                                fact.getParticipantLeft().getKind(),
                                fact.getParticipantLeft().getHidden())
                        + " leaves"
                        + because(fact.getParticipantLeft().getReason(), "CLIENT_INITIATED");
            case CONNECTION_ABORTED -> who(fact.getConnectionAborted().getIdentity()) + " never got through";
            case TRACK_PUBLISHED ->
                who(fact.getTrackPublished().getIdentity()) + " publishes "
                        + track(
                                fact.getTrackPublished().getTrackSource(),
                                fact.getTrackPublished().getKind());
            case TRACK_UNPUBLISHED -> who(fact.getTrackUnpublished().getIdentity()) + " ends a track";
            case CORRECTED ->
                "an earlier guess is put right: " + words(fact.getCorrected().getReason());
            case UNKNOWN, REPORTED, ANOMALY_REPORTED -> words(fact.getType().name());
        };
        String room = fact.getRoomName().isEmpty() ? "(no name)" : visible(fact.getRoomName());
        String agency = fact.getAgency().isEmpty() ? "" : " [" + visible(fact.getAgency()) + "]";
        return room + agency + ": " + what + ", " + people(fact.getPeople());
    }

    private static String people(int people) {
        return switch (people) {
            case 0 -> "nobody is in it";
            case 1 -> "1 person is in it";
            default -> people + " people are in it";
        };
    }

    private static String who(String identity) {
        return identity.isEmpty() ? "somebody" : visible(identity);
    }

    private static String kind(String kind, boolean hidden) {
        String shown = kind.equals("STANDARD") ? "" : " (" + words(kind) + ")";
        return hidden ? shown + " (hidden)" : shown;
    }

    private static String because(String reason, String usual) {
        return reason.isEmpty() || reason.equals(usual) ? "" : " (" + words(reason) + ")";
    }

    private static String track(String source, String kind) {
        return words(source.isEmpty() || source.equals("UNKNOWN") ? kind : source);
    }

    private static String words(String constant) {
        return visible(constant.toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** Names hold anything; what would move the cursor or turn the line around is shown as a sign of its own. */
    private static String visible(String name) {
        var shown = new StringBuilder(name.length());
        name.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}
