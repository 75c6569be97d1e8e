package io.rollcall.quota.leases.domain;

import io.rollcall.quota.leases.domain.Lease.Viewer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules of leases and limits. A lease whose time is up is taken to have been ended before anything is decided: whoever
 * runs the rules sees to that.
 */
public final class QuotaDecider {

    private QuotaDecider() {}

    /** What follows from a command. */
    public sealed interface Verdict {

        /** These events; none: it is so already. */
        record Yes(List<Event> events) implements Verdict {}

        /**
         * No.
         *
         * @param refused the decision that counts; null where nothing was decided
         */
        record No(Refusal refusal, Event.@Nullable Refused refused) implements Verdict {}
    }

    /** Decides a command. */
    public static Verdict decide(Command command, Slots slots, Terms terms, Instant now) {
        return switch (command) {
            case Command.Reserve reserve -> reserve(reserve, slots, terms, now);
            case Command.SetLimit set -> setLimit(set, slots.agency(), now);
            case Command.EndCamera _ ->
                slots.lease() == null
                        ? unchanged()
                        : yes(new Event.Ended(slots.lease(), EndReason.CAMERA_REMOVED, now));
            case Command.AboutLease about ->
                slots.lease() == null ? no(Refusal.NOT_FOUND) : about(about, slots.lease(), terms, now);
        };
    }

    private static Verdict reserve(Command.Reserve reserve, Slots slots, Terms terms, Instant now) {
        if (slots.lease() != null) {
            return no(Refusal.ALREADY_EXISTS);
        }
        if (slots.agency().used() >= slots.agency().room()) {
            return refused(reserve, Refusal.AGENCY_LIMIT_EXCEEDED, now);
        }
        if (terms.totalLimit() != null && slots.totalUsed() >= terms.totalLimit()) {
            return refused(reserve, Refusal.TOTAL_LIMIT_EXCEEDED, now);
        }
        if (slots.totalUsed() >= terms.capacity()) {
            return refused(reserve, Refusal.CAPACITY_EXCEEDED, now);
        }
        var lease = new Lease(
                reserve.reservationId(),
                reserve.agency(),
                reserve.cameraId(),
                reserve.userId(),
                reserve.owner(),
                reserve.quality(),
                1,
                now,
                now,
                now.plus(terms.longest()),
                now.plus(terms.beat()),
                new Viewer.Unseen());
        return yes(new Event.Granted(lease, now));
    }

    private static Verdict setLimit(Command.SetLimit set, Agency agency, Instant now) {
        Integer limit = agency.limit();
        boolean alreadySo = limit != null && (set.initial() || limit == set.limit());
        return alreadySo ? unchanged() : yes(new Event.LimitSet(set.limit(), set.initial(), now));
    }

    private static Verdict about(Command.AboutLease command, Lease lease, Terms terms, Instant now) {
        return switch (command) {
            case Command.Release(String _, Claim claim, EndReason reason, String _) ->
                release(lease, claim, reason, terms, now);
            case Command.Heartbeat(String _, Claim claim) ->
                denied(lease, claim) ? no(Refusal.FORBIDDEN) : yes(new Event.Beaten(now.plus(terms.beat())));
            case Command.Renew(String _, Claim claim) ->
                denied(lease, claim)
                        ? no(Refusal.FORBIDDEN)
                        : yes(new Event.Renewed(now, now.plus(terms.longest()), now.plus(terms.beat())));
            case Command.NoteJoin(String _, String sid) -> joined(lease, sid);
            case Command.NoteLeave(String _, String sid) -> left(lease, sid, now.plus(terms.viewerGrace()));
        };
    }

    private static Verdict release(Lease lease, @Nullable Claim claim, EndReason reason, Terms terms, Instant now) {
        // Somebody beats, so somebody had an answer: the same request came again elsewhere, and was answered there.
        if (reason == EndReason.UNDONE && lease.hasBeaten(terms)) {
            return unchanged();
        }
        if (claim == null || lease.belongsTo(claim)) {
            return yes(new Event.Ended(lease, reason, now));
        }
        return claim.admin() ? yes(new Event.Ended(lease, EndReason.ADMIN, now)) : no(Refusal.FORBIDDEN);
    }

    private static boolean denied(Lease lease, @Nullable Claim claim) {
        return claim != null && !claim.admin() && !lease.belongsTo(claim);
    }

    private static Verdict joined(Lease lease, String sid) {
        return lease.viewer() instanceof Viewer.Present(String present) && present.equals(sid)
                ? unchanged()
                : yes(new Event.ViewerJoined(sid));
    }

    /** Who has connected again is another participant: that the one before has left is no news. */
    private static Verdict left(Lease lease, String sid, Instant until) {
        boolean news = switch (lease.viewer()) {
            case Viewer.Unseen() -> true;
            case Viewer.Present(String present) -> present.equals(sid);
            case Viewer.Gone _ -> false;
        };
        return news ? yes(new Event.ViewerLeft(sid, until)) : unchanged();
    }

    /** What is so after an event. An event that does not fit changes nothing. */
    public static Slots evolve(Slots slots, Event event) {
        Agency agency = slots.agency();
        Lease lease = slots.lease();
        int ofCamera = slots.cameraLeases();
        return switch (event) {
            case Event.Granted(Lease granted, Instant at) ->
                new Slots(agency.granted(ofCamera == 0, at), granted, ofCamera + 1, slots.totalUsed() + 1);
            case Event.Refused refused -> new Slots(agency.refused(refused.at()), lease, ofCamera, slots.totalUsed());
            case Event.Ended(Lease _, EndReason _, Instant at) ->
                lease == null
                        ? slots
                        : new Slots(agency.freed(ofCamera == 1, at), null, ofCamera - 1, slots.totalUsed() - 1);
            case Event.LimitSet(int limit, boolean _, Instant at) ->
                new Slots(agency.limited(limit, at), lease, ofCamera, slots.totalUsed());
            case Event.Renewed(Instant at, Instant expiresAt, Instant aliveUntil) ->
                lease == null ? slots : with(slots, lease.renewed(at, expiresAt, aliveUntil));
            case Event.ViewerJoined(String sid) ->
                lease == null ? slots : with(slots, lease.seen(new Viewer.Present(sid)));
            case Event.ViewerLeft(String sid, Instant until) ->
                lease == null ? slots : with(slots, lease.seen(new Viewer.Gone(sid, until)));
            case Event.Beaten(Instant aliveUntil) -> lease == null ? slots : with(slots, lease.alive(aliveUntil));
        };
    }

    private static Slots with(Slots slots, Lease lease) {
        return new Slots(slots.agency(), lease, slots.cameraLeases(), slots.totalUsed());
    }

    /** When something ends by itself. */
    public static Optional<Instant> deadline(Slots slots) {
        return Optional.ofNullable(slots.lease()).map(Lease::deadline);
    }

    /** What happens then. */
    public static List<Event> expire(Slots slots, Instant now) {
        Lease lease = slots.lease();
        return lease == null ? List.of() : List.of(new Event.Ended(lease, lease.endsBy(), now));
    }

    private static Verdict yes(Event event) {
        return new Verdict.Yes(List.of(event));
    }

    private static Verdict unchanged() {
        return new Verdict.Yes(List.of());
    }

    private static Verdict no(Refusal refusal) {
        return new Verdict.No(refusal, null);
    }

    private static Verdict refused(Command.Reserve reserve, Refusal refusal, Instant now) {
        return new Verdict.No(
                refusal,
                new Event.Refused(reserve.reservationId(), reserve.cameraId(), reserve.userId(), refusal, now));
    }
}
