package io.rollcall.session.reservations.http;

import io.rollcall.kit.decider.CommandClient;
import io.rollcall.kit.decider.CommandIds;
import io.rollcall.kit.decider.NotSentException;
import io.rollcall.kit.decider.Reasons;
import io.rollcall.kit.log.LogKeys;
import io.rollcall.kit.web.UnavailableException;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.CommandHeader;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.Lease;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.ReserveSlot;
import io.rollcall.session.cameras.reads.CameraCatalogue;
import io.rollcall.session.reservations.reads.LiveLeases;
import io.rollcall.session.reservations.rooms.CameraRooms;
import io.rollcall.session.reservations.wire.QuotaCommands;
import io.rollcall.session.reservations.wire.QuotaProtocol;
import java.math.BigInteger;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 20;
    private static final int RADIX_OF_THINGS = 36;
    private static final int ID_BYTES = 16;

    private final CommandClient<QuotaCommand, QuotaEvent> commands;
    private final QuotaProtocol protocol = new QuotaProtocol();
    private final CameraCatalogue cameras;
    private final LiveLeases leases;
    private final CameraRooms rooms;

    ReserveSaga(
            CommandClient<QuotaCommand, QuotaEvent> commands,
            CameraCatalogue cameras,
            LiveLeases leases,
            CameraRooms rooms) {
        this.commands = commands;
        this.cameras = cameras;
        this.leases = leases;
        this.rooms = rooms;
    }

    /**
     * What was reserved.
     *
     * @param lease null when the same request reserved it before and it has ended since
     */
    record Reserved(
            String reservationId, Camera camera, @Nullable Lease lease) {}

    /**
     * Reserves.
     *
     * @param thing from which the reservation's id is made
     */
    CompletableFuture<Reserved> reserve(CommandHeader header, String thing, ReserveSlot slot) {
        Camera camera = cameras.get(slot.getCameraId()).orElseThrow(ReservationRefusals::unknownCamera);
        int partition = ReservationIds.partitionOf(camera.getAgency(), commands.partitions());
        var attempt = new Attempt(header, slot, camera, partition, ReservationIds.of(partition, bits(thing)));
        if (camera.getStatus() != CameraStatus.ONLINE && !attempt.wasGrantedBefore()) {
            throw ReservationRefusals.notOnline(camera.getStatus());
        }
        return attempt.reserve();
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
        private int grants;

        Attempt(CommandHeader header, ReserveSlot slot, Camera camera, int partition, String id) {
            this.header = header;
            this.slot = slot;
            this.camera = camera;
            this.partition = partition;
            this.id = id;
        }

        /** A request that comes again has its first answer, whatever the camera is now. */
        boolean wasGrantedBefore() {
            return header.getRepeatable() && leases.get(id).isPresent();
        }

        CompletableFuture<Reserved> reserve() {
            return ++grants > ATTEMPTS
                    ? CompletableFuture.failedFuture(tooMany())
                    : slot(ATTEMPTS).thenApply(ReservationRefusals::accepted).thenCompose(this::granted);
        }

        private CompletableFuture<QuotaEvent> slot(int attempts) {
            return commands.send(
                            partition,
                            camera.getAgency(),
                            header,
                            QuotaCommands.reserve(header, id, camera.getAgency(), slot))
                    .exceptionallyCompose(failure -> {
                        // It may be granted yet. Under a key the lease waits for the same request to come again.
                        if (!header.getRepeatable() && !(failure instanceof NotSentException)) {
                            undo();
                        }
                        return CompletableFuture.failedFuture(failure);
                    })
                    .thenCompose(event -> isOurs(event)
                            ? CompletableFuture.completedFuture(event)
                            : attempts > 1 ? slot(attempts - 1) : CompletableFuture.failedFuture(tooMany()));
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
            return event.getCameraId().isEmpty()
                    || (event.getCameraId().equals(slot.getCameraId())
                            && event.getUserId().equals(slot.getUserId()));
        }

        private CompletableFuture<Reserved> granted(QuotaEvent event) {
            Lease lease = event.getLease();
            if (lease == null) {
                return CompletableFuture.completedFuture(new Reserved(id, camera, null));
            }
            return rooms.ensure(camera.getCameraId())
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            undo();
                        }
                    })
                    .thenCompose(_ -> holdsKey(ATTEMPTS))
                    .thenCompose(held -> {
                        if (!held) {
                            undo();
                            throw CommandIds.reused();
                        }
                        if (!isStillThere()) {
                            undo();
                            throw ReservationRefusals.unknownCamera();
                        }
                        var reserved = new Reserved(id, camera, lease);
                        return header.getRepeatable() ? kept(reserved) : CompletableFuture.completedFuture(reserved);
                    });
        }

        /**
         * Others may have asked under this key, and heard of this grant too: one of them may fail yet, and take the slot
         * back under the feet of whom we answer. A heartbeat before the answer keeps it; where it was taken back before
         * that, it is asked for anew.
         */
        private CompletableFuture<Reserved> kept(Reserved reserved) {
            CommandHeader keeping = ofItsOwn();
            return commands.send(partition, id, keeping, QuotaCommands.keep(keeping, id))
                    .thenCompose(event -> {
                        Answer answer = event.getAnswer();
                        return answer != null && answer.getOutcome() == Outcome.REFUSED
                                ? reserve()
                                : CompletableFuture.completedFuture(reserved);
                    });
        }

        /** Of the same request, for another command. */
        private CommandHeader ofItsOwn() {
            return CommandHeader.newBuilder(header)
                    .setCommandId(UUID.randomUUID().toString())
                    .setRepeatable(false)
                    .setFingerprint("")
                    .build();
        }

        /** It may have been removed or moved before there was a reservation that this could end. */
        private boolean isStillThere() {
            return cameras.get(camera.getCameraId())
                    .filter(it -> it.getAgency().equals(camera.getAgency()))
                    .isPresent();
        }

        /**
         * Whether the key came with this body the first time. Another one may have named another agency, whose decider
         * cannot know; so it is kept where only the key leads. Behind the grant: a key is not used up by what was not granted.
         */
        private CompletableFuture<Boolean> holdsKey(int attempts) {
            if (!header.getRepeatable()) {
                return CompletableFuture.completedFuture(true);
            }
            String body = header.getFingerprint() + "/" + id;
            CommandHeader ours = CommandHeader.newBuilder(header)
                    .setCommandId(header.getCommandId() + "-key")
                    // All who wait for this command's id hear every answer to it: this tells which body it is about.
                    .setCorrelationId(header.getCorrelationId() + "/" + body)
                    .setFingerprint(body)
                    .build();
            int where = ReservationIds.partitionOf(header.getCommandId(), commands.partitions());
            return commands.send(where, ours.getCommandId(), ours, protocol.nothing(ours))
                    .thenCompose(event -> {
                        if (!event.getCorrelationId().endsWith("/" + body)) {
                            return attempts > 1 ? holdsKey(attempts - 1) : CompletableFuture.failedFuture(tooMany());
                        }
                        Answer answer = event.getAnswer();
                        return CompletableFuture.completedFuture(
                                answer != null && !answer.getReason().equals(Reasons.KEY_REUSED));
                    });
        }

        private void undo() {
            CommandHeader undoing = ofItsOwn();
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

    private static UnavailableException tooMany() {
        return new UnavailableException(
                "Too many come with this " + CommandIds.HEADER + " at once; try again in a moment.", RETRY_AFTER);
    }
}
