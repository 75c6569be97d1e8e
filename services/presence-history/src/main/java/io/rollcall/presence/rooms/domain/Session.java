package io.rollcall.presence.rooms.domain;

import io.rollcall.presence.rooms.domain.Webhook.RoomDetails;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** One sid of a room, with all its epochs. */
public sealed interface Session {

    String sid();

    /** What the last full room said; null while only minimal ones were seen. */
    @Nullable
    RoomDetails details();

    /** Every time this sid was opened, the last one at the end; never empty. */
    PVector<Epoch> epochs();

    Instant lastActiveAt();

    Past past();

    Session withDetails(RoomDetails details);

    Session withPast(Past past);

    Session activeAt(Instant at);

    default Epoch epoch() {
        return epochs().getLast();
    }

    default String agency() {
        RoomDetails known = details();
        return known == null ? "" : known.agency();
    }

    /** When LiveKit made the room; null while that was not told. */
    default @Nullable Instant createdAt() {
        RoomDetails known = details();
        return known == null ? null : known.createdAt();
    }

    /**
     * One time from opening to closing.
     *
     * @param endedAt null while it is open
     */
    record Epoch(Instant createdAt, @Nullable Instant endedAt) {}

    /**
     * What is remembered of those who are not here. Only those that the webhook in hand is about have to be at hand:
     * the set of all of them has no bound.
     *
     * @param gone by participant sid
     * @param unpublished tracks that have ended, by track sid, with the record time of their end
     */
    record Past(PMap<String, Participant.Gone> gone, PMap<String, Instant> unpublished) {

        public static final Past NOTHING = new Past(HashTreePMap.empty(), HashTreePMap.empty());

        /** How many participants and tracks it remembers. */
        public int size() {
            return gone.size() + unpublished.size();
        }

        public Past with(Participant.Gone participant) {
            return new Past(gone.plus(participant.sid(), participant), unpublished);
        }

        Past without(String participantSid) {
            return new Past(gone.minus(participantSid), unpublished);
        }

        public Past withUnpublished(String trackSid, Instant recordedAt) {
            return new Past(gone, unpublished.plus(trackSid, recordedAt));
        }
    }

    /**
     * Open: everybody who is in it.
     *
     * @param provisional known from something that happened in it, not yet from room_started
     * @param live everybody who is connected, by participant sid
     * @param slots who holds an identity: participant sid by identity
     * @param people the identities that are held by somebody who counts
     * @param watch what polls have found and not yet settled
     */
    record Open(
            String sid,
            @Nullable RoomDetails details,
            boolean provisional,
            PVector<Epoch> epochs,
            Instant lastActiveAt,
            PMap<String, Participant.Live> live,
            PMap<String, String> slots,
            PSet<String> people,
            Past past,
            Watch watch)
            implements Session {

        static Open opened(String sid, @Nullable RoomDetails details, boolean provisional, Instant at) {
            return new Open(
                    sid,
                    details,
                    provisional,
                    TreePVector.singleton(new Epoch(at, null)),
                    at,
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePSet.empty(),
                    Past.NOTHING,
                    Watch.NOTHING);
        }

        /** The session with this participant in it, holding its identity unless another one does. */
        public Open with(Participant.Live participant) {
            String identity = participant.identity();
            String holder = slots.get(identity);
            boolean takes = holder == null || !live.containsKey(holder) || holder.equals(participant.sid());
            return new Open(
                    sid,
                    details,
                    provisional,
                    epochs,
                    lastActiveAt,
                    live.plus(participant.sid(), participant),
                    takes ? slots.plus(identity, participant.sid()) : slots,
                    takes ? counted(identity, participant.person()) : people,
                    past.without(participant.sid()),
                    watch.emptySince() == null ? watch : watch.empty(null));
        }

        /** The session with these in it; of two that claim an identity the one that was seen in full holds it. */
        public Open populated(Iterable<Participant.Live> participants) {
            Open populated = this;
            for (Participant.Live participant : participants) {
                Participant.Live holder = populated.holder(participant.identity());
                if (holder != null && !(holder instanceof Participant.Present)) {
                    populated =
                            populated.without(holder, false).with(participant).with(holder);
                } else {
                    populated = populated.with(participant);
                }
            }
            return populated;
        }

        /** The session after a participant changed without coming or going. */
        Open changed(Participant.Live participant) {
            return new Open(
                    sid,
                    details,
                    provisional,
                    epochs,
                    lastActiveAt,
                    live.plus(participant.sid(), participant),
                    slots,
                    participant.sid().equals(slots.get(participant.identity()))
                            ? counted(participant.identity(), participant.person())
                            : people,
                    past,
                    watch);
        }

        /** The session without this participant; its identity stays held for a successor when there is one. */
        Open without(Participant.Live participant, boolean succeeded) {
            String identity = participant.identity();
            boolean vacates = !succeeded && participant.sid().equals(slots.get(identity));
            return new Open(
                    sid,
                    details,
                    provisional,
                    epochs,
                    lastActiveAt,
                    live.minus(participant.sid()),
                    vacates ? slots.minus(identity) : slots,
                    vacates ? people.minus(identity) : people,
                    past,
                    watch);
        }

        /** Who holds an identity; null when nobody does. */
        public Participant.@Nullable Live holder(String identity) {
            String holder = slots.get(identity);
            return holder == null ? null : live.get(holder);
        }

        Open confirmed(Instant createdAt) {
            return new Open(
                    sid,
                    details,
                    false,
                    epochs.with(epochs.size() - 1, new Epoch(createdAt, null)),
                    lastActiveAt,
                    live,
                    slots,
                    people,
                    past,
                    watch);
        }

        Closed closed(Instant at, String reason, boolean inferred, Instant toldAt, Instant recordedAt) {
            return new Closed(
                    sid,
                    details,
                    epochs.with(epochs.size() - 1, new Epoch(epoch().createdAt(), at)),
                    lastActiveAt,
                    reason,
                    inferred,
                    toldAt,
                    recordedAt,
                    past);
        }

        @Override
        public Open withDetails(RoomDetails changed) {
            return new Open(sid, changed, provisional, epochs, lastActiveAt, live, slots, people, past, watch);
        }

        @Override
        public Open withPast(Past changed) {
            return new Open(sid, details, provisional, epochs, lastActiveAt, live, slots, people, changed, watch);
        }

        @Override
        public Open activeAt(Instant at) {
            return at.isAfter(lastActiveAt)
                    ? new Open(sid, details, provisional, epochs, at, live, slots, people, past, watch)
                    : this;
        }

        Open watched(Watch changed) {
            return new Open(sid, details, provisional, epochs, lastActiveAt, live, slots, people, past, changed);
        }

        /** How many people are in it: nobody, as far as anybody can tell, when no node answers for it. */
        public int counted() {
            return watch.zombie() ? 0 : people.size();
        }

        /** Whether somebody in it counts as one of them. */
        public boolean counts(Participant.Live participant) {
            return participant.person() && !watch.zombie();
        }

        private PSet<String> counted(String identity, boolean person) {
            return person ? people.plus(identity) : people.minus(identity);
        }
    }

    /**
     * Closed: the end, and the tombstone of the sid.
     *
     * @param inferred nobody told us that it closed
     * @param toldAt LiveKit's time of what closed it, cut to whole seconds: what a later join is compared with
     * @param recordedAt when the tombstone was written, in record time
     */
    record Closed(
            String sid,
            @Nullable RoomDetails details,
            PVector<Epoch> epochs,
            Instant lastActiveAt,
            String reason,
            boolean inferred,
            Instant toldAt,
            Instant recordedAt,
            Past past)
            implements Session {

        public Instant closedAt() {
            Instant endedAt = epoch().endedAt();
            return endedAt == null ? lastActiveAt : endedAt;
        }

        Open reopened(Instant at, boolean provisional) {
            return new Open(
                    sid,
                    details,
                    provisional,
                    epochs.plus(new Epoch(at, null)),
                    at,
                    HashTreePMap.empty(),
                    HashTreePMap.empty(),
                    HashTreePSet.empty(),
                    past,
                    Watch.NOTHING);
        }

        Closed corrected(Instant at, String newReason, Instant newToldAt) {
            return new Closed(
                    sid,
                    details,
                    epochs.with(epochs.size() - 1, new Epoch(epoch().createdAt(), at)),
                    lastActiveAt,
                    newReason,
                    false,
                    newToldAt,
                    recordedAt,
                    past);
        }

        @Override
        public Closed withDetails(RoomDetails changed) {
            return new Closed(sid, changed, epochs, lastActiveAt, reason, inferred, toldAt, recordedAt, past);
        }

        @Override
        public Closed withPast(Past changed) {
            return new Closed(sid, details, epochs, lastActiveAt, reason, inferred, toldAt, recordedAt, changed);
        }

        @Override
        public Closed activeAt(Instant at) {
            return at.isAfter(lastActiveAt)
                    ? new Closed(sid, details, epochs, at, reason, inferred, toldAt, recordedAt, past)
                    : this;
        }
    }
}
