package io.rollcall.session.reservations.http;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.Deadline;
import io.rollcall.kit.decider.NotSentException;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.reservations.reads.LiveLeases;
import io.rollcall.session.reservations.rooms.CameraRooms;
import io.rollcall.session.reservations.wire.QuotaCommands;
import java.math.BigInteger;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves a stream: camera, slot, room, in this order. The grant is the record of it; a step that fails after it gives the
 * slot back by a release behind it in the log, for which nobody waits. Whoever dies in between leaves a grant without
 * heartbeats, which ends by itself.
 */
final class ReserveSaga {

    private static final Logger LOG = LoggerFactory.getLogger(ReserveSaga.class);
    private static final int ATTEMPTS = 20;
    /** What is granted is answered, also when LiveKit took the time. */
    private static final Duration FOR_THE_REST = Duration.ofSeconds(1);

    private static final int RADIX_OF_THINGS = 36;
    private static final int ID_BYTES = 16;

    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final FirstUses uses;
    private final CameraCatalogue cameras;
    private final LiveLeases leases;
    private final View<AgencyUsage> agencies;
    private final CameraRooms rooms;

    ReserveSaga(
            CommandClient<QuotaCommand, QuotaEvent> commands,
            CameraCatalogue cameras,
            LiveLeases leases,
            View<AgencyUsage> agencies,
            CameraRooms rooms) {
        this.commands = commands;
        this.uses = new FirstUses(commands);
        this.cameras = cameras;
        this.leases = leases;
        this.agencies = agencies;
        this.rooms = rooms;
    }

    /**
     * What was reserved.
     *
     * @param lease null when the same request reserved it before and it has ended since
     */
    record Reserved(FirstAnswer first, @Nullable Lease lease) {}

    /**
     * Reserves. Where a request is about to be refused, its Idempotency-Key is asked first: it may have been answered
     * before, or with another body. In the usual case that would be a round trip for nothing.
     *
     * @param thing from which the reservation's id is made
     */
    CompletableFuture<Reserved> reserve(CommandHeader header, String thing, ReserveSlot slot) {
        Deadline within = commands.deadline();
        Camera camera = cameras.get(slot.getCameraId()).orElse(null);
        if (camera == null) {
            return againOr(header, within, ReservationRefusals.unknownCamera());
        }
        int partition = ReservationIds.partitionOf(camera.getAgency(), commands.partitions());
        var attempt = new Attempt(header, slot, camera, partition, ReservationIds.of(partition, bits(thing)), within);
        if (camera.getStatus() != CameraStatus.ONLINE && !attempt.wasGrantedBefore()) {
            return againOr(header, within, ReservationRefusals.notOnline(camera.getStatus()));
        }
        return header.getRepeatable() && isFull(camera.getAgency())
                ? againOrElse(header, within, attempt::isElsewhere, attempt::reserveAsked)
                : attempt.reserve();
    }

    private boolean isFull(String agency) {
        return agencies.get(agency)
                .filter(it -> it.getLimit() != null && it.getCurrent() >= it.getLimit())
                .isPresent();
    }

    /** The first answer to the same request; the refusal when there was none. */
    private CompletableFuture<Reserved> againOr(CommandHeader header, Deadline within, RuntimeException refusal) {
        return againOr(header, within, _ -> true, refusal);
    }

    private CompletableFuture<Reserved> againOr(
            CommandHeader header, Deadline within, Predicate<FirstAnswer> which, RuntimeException refusal) {
        CompletableFuture<Reserved> refused = CompletableFuture.failedFuture(refusal);
        return header.getRepeatable() ? againOrElse(header, within, which, () -> refused) : refused;
    }

    /** The first answer to the same request, where it is such a one; fails when the key came with another body. */
    private CompletableFuture<Reserved> againOrElse(
            CommandHeader header,
            Deadline within,
            Predicate<FirstAnswer> which,
            Supplier<CompletableFuture<Reserved>> otherwise) {
        return uses.of(header, within)
                .thenCompose(first ->
                        first.filter(which).map(it -> again(header, within, it)).orElseGet(otherwise));
    }

    private CompletableFuture<Reserved> again(CommandHeader header, Deadline within, FirstAnswer first) {
        var ended = new Reserved(first, null);
        return leases.upToNow(within.left()).thenCompose(_ -> {
            Lease lease = leases.get(first.reservationId()).orElse(null);
            return lease == null
                    ? CompletableFuture.completedFuture(ended)
                    : rooms.ensure(lease.getCameraId())
                            .thenCompose(_ -> beats(header, within, first.reservationId()))
                            .thenApply(beats -> beats ? new Reserved(first, lease) : ended);
        });
    }

    /**
     * Others may have asked under this key, and heard of this grant too: one of them may fail yet, and take the slot back
     * under the feet of whom we answer. A heartbeat before the answer keeps it.
     *
     * @return whether it was there to be kept
     */
    private CompletableFuture<Boolean> beats(CommandHeader header, Deadline within, String id) {
        CommandHeader keeping = ofItsOwn(header);
        return commands.send(
                        ReservationIds.partition(id).orElseThrow(),
                        id,
                        keeping,
                        QuotaCommands.keep(keeping, id),
                        within)
                .thenApply(event -> {
                    Answer answer = event.getAnswer();
                    return answer == null || answer.getOutcome() != Outcome.REFUSED;
                });
    }

    /** Of the same request, for another command. */
    private static CommandHeader ofItsOwn(CommandHeader header) {
        return CommandHeader.newBuilder(header)
                .setCommandId(UUID.randomUUID().toString())
                .setRepeatable(false)
                .setFingerprint("")
                .setNote("")
                .build();
    }

    /** Its 124 bits; the first 16 bits of an id are the partition. */
    private static byte[] bits(String thing) {
        byte[] number = new BigInteger(thing, RADIX_OF_THINGS).toByteArray();
        byte[] bits = new byte[ID_BYTES];
        System.arraycopy(number, 0, bits, ID_BYTES - number.length, number.length);
        return bits;
    }

    private final class Attempt {

        private final CommandHeader header;
        private final ReserveSlot slot;
        private final Camera camera;
        private final int partition;
        private final String id;
        private final Deadline within;
        private final FirstAnswer ours;
        private int grants;
        private boolean isAsked;

        Attempt(CommandHeader header, ReserveSlot slot, Camera camera, int partition, String id, Deadline within) {
            this.ours = new FirstAnswer(id, camera.getCameraId(), camera.getName(), slot.getQuality());
            this.header = header.getRepeatable()
                    ? CommandHeader.newBuilder(header).setNote(ours.note()).build()
                    : header;
            this.slot = slot;
            this.camera = camera;
            this.partition = partition;
            this.id = id;
            this.within = within;
        }

        /** A request that comes again has its first answer, whatever the camera is now. */
        boolean wasGrantedBefore() {
            return header.getRepeatable() && leases.get(id).isPresent();
        }

        /**
         * Whether a key was used for a reservation that this attempt is not about. What it is about, the slot's own decider
         * knows best: that the key was used for it is kept before the lease is, and the lease may have been taken back in
         * between, with nobody answered.
         */
        boolean isElsewhere(FirstAnswer first) {
            return !first.reservationId().equals(id);
        }

        /** Under a key that has been asked already. */
        CompletableFuture<Reserved> reserveAsked() {
            isAsked = true;
            return reserve();
        }

        CompletableFuture<Reserved> reserve() {
            return ++grants > ATTEMPTS
                    ? CompletableFuture.failedFuture(FirstUses.tooMany())
                    : slot(ATTEMPTS).thenCompose(this::decided);
        }

        private CompletableFuture<Reserved> decided(QuotaEvent event) {
            try {
                ReservationRefusals.accepted(event);
            } catch (RuntimeException refusal) {
                Answer answer = event.getAnswer();
                return isAsked || (answer != null && answer.getReason().equals(Reasons.KEY_REUSED))
                        ? CompletableFuture.failedFuture(refusal)
                        : againOr(header, within, this::isElsewhere, refusal);
            }
            return granted(event);
        }

        private CompletableFuture<QuotaEvent> slot(int attempts) {
            return commands.send(
                            partition,
                            camera.getAgency(),
                            header,
                            QuotaCommands.reserve(header, id, camera.getAgency(), slot),
                            within)
                    .exceptionallyCompose(failure -> {
                        // It may be granted yet. Under a key the lease waits for the same request to come again.
                        if (!header.getRepeatable() && !(failure instanceof NotSentException)) {
                            undo();
                        }
                        return CompletableFuture.failedFuture(failure);
                    })
                    .thenCompose(event -> isOurs(event)
                            ? CompletableFuture.completedFuture(event)
                            : attempts > 1 ? slot(attempts - 1) : CompletableFuture.failedFuture(FirstUses.tooMany()));
        }

        /** All who wait for one key hear every answer to it, also that to another body. */
        private boolean isOurs(QuotaEvent event) {
            Answer answer = event.getAnswer();
            Lease lease = event.getLease();
            if (answer != null && answer.getReason().equals(Reasons.KEY_REUSED)) {
                return event.getCorrelationId().equals(header.getCorrelationId());
            }
            if (lease != null) {
                return lease.getReservationId().equals(id)
                        && lease.getCameraId().equals(slot.getCameraId())
                        && lease.getUserId().equals(slot.getUserId())
                        && lease.getQuality().equals(slot.getQuality());
            }
            FirstAnswer told = FirstAnswer.in(answer);
            if (told != null) {
                return told.cameraId().equals(slot.getCameraId())
                        && told.quality().equals(slot.getQuality());
            }
            return event.getCameraId().isEmpty()
                    || (event.getCameraId().equals(slot.getCameraId())
                            && event.getUserId().equals(slot.getUserId()));
        }

        private CompletableFuture<Reserved> granted(QuotaEvent event) {
            Lease lease = event.getLease();
            FirstAnswer told = FirstAnswer.in(event.getAnswer());
            FirstAnswer first = told == null ? ours : told;
            if (lease == null) {
                return CompletableFuture.completedFuture(new Reserved(first, null));
            }
            return rooms.ensure(camera.getCameraId())
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            undo();
                        }
                    })
                    .thenCompose(_ -> {
                        if (!isStillThere()) {
                            undo();
                            return againOr(header, within, ReservationRefusals.unknownCamera());
                        }
                        return header.getRepeatable()
                                ? kept(first, lease)
                                : CompletableFuture.completedFuture(new Reserved(first, lease));
                    });
        }

        /**
         * Answers under a key: that it was used for this is kept, behind the grant, as a key is not used up by what was not
         * granted; and the lease is. Where it was taken back before that, it is asked for anew.
         */
        private CompletableFuture<Reserved> kept(FirstAnswer first, Lease lease) {
            Deadline until = within.orIn(FOR_THE_REST);
            return uses.keep(header, first, until).thenCompose(kept -> {
                FirstAnswer held = kept.orElse(null);
                if (held == null) {
                    undo();
                    return CompletableFuture.failedFuture(CommandIds.reused());
                }
                if (!held.reservationId().equals(id)) {
                    // The camera was another agency's the first time.
                    undo();
                    return again(header, until, held);
                }
                return beats(header, until, id)
                        .thenCompose(beats ->
                                beats ? CompletableFuture.completedFuture(new Reserved(held, lease)) : reserve());
            });
        }

        /** It may have been removed or moved before there was a reservation that this could end. */
        private boolean isStillThere() {
            return cameras.get(camera.getCameraId())
                    .filter(it -> it.getAgency().equals(camera.getAgency()))
                    .isPresent();
        }

        private void undo() {
            CommandHeader undoing = ofItsOwn(header);
            var _ = commands.append(partition, id, undoing, QuotaCommands.undo(undoing, id, header.getCommandId()))
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            LOG.atWarn()
                                    .addKeyValue(LogKeys.REASON, String.valueOf(failure.getMessage()))
                                    .log("a slot could not be given back, and is free when its first time is up");
                        }
                    });
        }
    }
}
