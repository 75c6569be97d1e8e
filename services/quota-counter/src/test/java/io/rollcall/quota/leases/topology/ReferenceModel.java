package io.rollcall.quota.leases.topology;

import io.rollcall.quota.leases.domain.Agency;
import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.commands.Outcome;
import io.rollcall.schemas.quota.EndReason;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaCommandType;
import io.rollcall.schemas.quota.ReleaseLease;
import io.rollcall.schemas.quota.ReserveSlot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases and limits told once more, as plainly as possible: one list of leases that is walked through for everything. It
 * shares no code with the rules, only the two records it is compared by.
 */
final class ReferenceModel {

    private final Terms terms;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<String, Counters> agencies = new TreeMap<>();
    private final Map<String, Answer> answers = new HashMap<>();
    private @Nullable Instant lastTick;
    private Instant graceUntil = Instant.EPOCH;

    /** What has been told for the last command, as {@code TYPE id reason before>after}; the answer last. */
    final List<String> told = new ArrayList<>();

    private static final class Counters {
        private @Nullable Integer limit;
        private long sequence;
        private Instant changedAt = Instant.EPOCH;
    }

    private static final class Slot {
        private final String id;
        private final String agency;
        private final ReserveSlot asked;
        private final Instant grantedAt;
        private long version = 1;
        private Instant renewedAt;
        private Instant expiresAt;
        private Instant aliveUntil;
        private String sid = "";
        private @Nullable Instant goneUntil;

        Slot(String id, String agency, ReserveSlot asked, Instant now, Terms terms) {
            this.id = id;
            this.agency = agency;
            this.asked = asked;
            this.grantedAt = now;
            this.renewedAt = now;
            this.expiresAt = now.plus(terms.longest());
            this.aliveUntil = now.plus(terms.beat());
        }

        Instant endsAt() {
            Instant end = expiresAt.isBefore(aliveUntil) ? expiresAt : aliveUntil;
            return goneUntil != null && goneUntil.isBefore(end) ? goneUntil : end;
        }

        String endsBy() {
            if (endsAt().equals(expiresAt)) {
                return "expired";
            }
            return endsAt().equals(goneUntil) ? "viewer_left" : "heartbeat_timeout";
        }
    }

    ReferenceModel(Terms terms) {
        this.terms = terms;
    }

    void tick(Instant now) {
        told.clear();
        keepTime(now);
        lastTick = now;
        end(null, now);
    }

    void command(QuotaCommand command, Instant now) {
        told.clear();
        keepTime(now);
        String id = command.getReservationId();
        switch (command.getType()) {
            case HEARTBEAT -> {
                // Looks at its own lease only, and its answer is told elsewhere.
                slots.stream()
                        .filter(slot -> slot.id.equals(id) && isOver(slot, now))
                        .toList()
                        .forEach(slot -> end(slot, slot.endsBy(), now));
                Slot slot = find(id);
                if (slot != null && mayAsk(slot, command.getClaim())) {
                    slot.aliveUntil = now.plus(terms.beat());
                }
            }
            default -> {
                String commandId = Objects.requireNonNull(command.getHeader()).getCommandId();
                Answer before = answers.get(commandId);
                if (before != null) {
                    told.add("ANSWERED " + before.getOutcome() + " " + before.getReason() + " again");
                    return;
                }
                boolean ofAll = terms.totalLimit() != null || slots.size() >= terms.capacity();
                Slot mine = find(id);
                if (mine != null && command.getType() == QuotaCommandType.RESERVE && isOver(mine, now)) {
                    end(mine, mine.endsBy(), now);
                }
                String agency = mine == null || !command.getAgency().isEmpty() ? command.getAgency() : mine.agency;
                end(ofAll ? null : agency, now);
                Answer answer = decide(command, now);
                told.add("ANSWERED " + answer.getOutcome() + " " + answer.getReason());
                if (!answer.getReason().endsWith("_EXCEEDED")) {
                    answers.put(commandId, answer);
                }
                ReleaseLease release = command.getReleaseLease();
                if (release != null && answer.getOutcome() != Outcome.UNCHANGED) {
                    answers.remove(release.getUndoes());
                }
            }
        }
    }

    private Answer decide(QuotaCommand command, Instant now) {
        String id = command.getReservationId();
        Slot slot = find(id);
        return switch (command.getType()) {
            case RESERVE -> reserve(id, command.getAgency(), Objects.requireNonNull(command.getReserveSlot()), now);
            case RELEASE -> {
                if (slot == null) {
                    yield no("NOT_FOUND");
                }
                LeaseClaim claim = command.getClaim();
                boolean own = claim == null || owns(slot, claim);
                if (!own && !claim.getAdmin()) {
                    yield no("FORBIDDEN");
                }
                boolean undone =
                        Objects.requireNonNull(command.getReleaseLease()).getReason() == EndReason.UNDONE;
                if (undone && !slot.aliveUntil.equals(slot.grantedAt.plus(terms.beat()))) {
                    yield new Answer(Outcome.UNCHANGED, "", false);
                }
                end(slot, undone ? "undone" : own ? "released" : "admin", now);
                yield yes();
            }
            case RENEW -> {
                if (slot == null) {
                    yield no("NOT_FOUND");
                }
                if (!mayAsk(slot, command.getClaim())) {
                    yield no("FORBIDDEN");
                }
                slot.version++;
                slot.renewedAt = now;
                slot.expiresAt = now.plus(terms.longest());
                slot.aliveUntil = now.plus(terms.beat());
                tell("LEASE_RENEWED", slot.id, "", slot.agency, 0);
                yield yes();
            }
            case NOTE_VIEWER -> {
                if (slot == null) {
                    yield no("NOT_FOUND");
                }
                var note = Objects.requireNonNull(command.getNoteViewer());
                boolean there = !slot.sid.isEmpty() && slot.goneUntil == null;
                boolean changes = note.getPresent()
                        ? !(there && slot.sid.equals(note.getParticipantSid()))
                        : slot.sid.isEmpty() || (there && slot.sid.equals(note.getParticipantSid()));
                if (!changes) {
                    yield unchanged();
                }
                slot.sid = note.getParticipantSid();
                slot.goneUntil = note.getPresent() ? null : now.plus(terms.viewerGrace());
                slot.version++;
                tell(note.getPresent() ? "VIEWER_JOINED" : "VIEWER_LEFT", slot.id, "", slot.agency, 0);
                yield yes();
            }
            case END_CAMERA -> {
                String camera = Objects.requireNonNull(command.getEndCamera()).getCameraId();
                List<Slot> all = slots.stream()
                        .filter(it -> it.agency.equals(command.getAgency())
                                && it.asked.getCameraId().equals(camera))
                        .sorted(Comparator.comparing((Slot it) -> it.grantedAt).thenComparing(it -> it.id))
                        .toList();
                all.forEach(it -> end(it, "camera_removed", now));
                yield all.isEmpty() ? unchanged() : yes();
            }
            case SET_LIMIT -> {
                var set = Objects.requireNonNull(command.getSetLimit());
                Counters agency = counters(command.getAgency());
                if (agency.limit != null && (set.getInitial() || agency.limit == set.getLimit())) {
                    yield unchanged();
                }
                agency.limit = set.getLimit();
                counted(command.getAgency(), now);
                tell("LIMIT_SET", "", "", command.getAgency(), 0);
                yield yes();
            }
            default -> throw new IllegalArgumentException(command.getType().name());
        };
    }

    private Answer reserve(String id, String agency, ReserveSlot asked, Instant now) {
        if (find(id) != null) {
            return no("ALREADY_EXISTS");
        }
        Integer limit = counters(agency).limit;
        Integer total = terms.totalLimit();
        String refusal = used(agency) >= (limit == null ? 0 : limit)
                ? "AGENCY_LIMIT_EXCEEDED"
                : total != null && slots.size() >= total
                        ? "TOTAL_LIMIT_EXCEEDED"
                        : slots.size() >= terms.capacity() ? "CAPACITY_EXCEEDED" : "";
        counted(agency, now);
        if (!refusal.isEmpty()) {
            tell("LEASE_REFUSED", id, refusal, agency, 0);
            return no(refusal);
        }
        slots.add(new Slot(id, agency, asked, now, terms));
        tell("LEASE_GRANTED", id, "", agency, 1);
        return yes();
    }

    private void keepTime(Instant now) {
        Instant tick = lastTick;
        if (tick != null && Duration.between(tick, now).toMillis() <= 15_000) {
            return;
        }
        if (tick != null && !slots.isEmpty()) {
            graceUntil = now.plusSeconds(60);
        } else {
            lastTick = now;
        }
    }

    private boolean isOver(Slot slot, Instant now) {
        return !slot.endsAt().isAfter(now) && !now.isBefore(graceUntil);
    }

    /**
     * @param agency whose; null for all, as with a limit over all
     */
    private void end(@Nullable String agency, Instant now) {
        slots.stream()
                .filter(slot -> agency == null || slot.agency.equals(agency))
                .filter(slot -> isOver(slot, now))
                .sorted(Comparator.comparing(Slot::endsAt).thenComparing(slot -> slot.id))
                .toList()
                .forEach(slot -> end(slot, slot.endsBy(), now));
    }

    private void end(Slot slot, String reason, Instant now) {
        slots.remove(slot);
        counted(slot.agency, now);
        tell("LEASE_ENDED", slot.id, reason, slot.agency, -1);
    }

    private void counted(String agency, Instant now) {
        Counters counters = counters(agency);
        counters.sequence++;
        counters.changedAt = now;
    }

    private void tell(String type, String id, String reason, String agency, int change) {
        int after = used(agency);
        told.add(type + " " + id + " " + reason + " " + (after - change) + ">" + after);
    }

    private @Nullable Slot find(String id) {
        return slots.stream().filter(slot -> slot.id.equals(id)).findFirst().orElse(null);
    }

    private Counters counters(String agency) {
        return agencies.computeIfAbsent(agency, _ -> new Counters());
    }

    private int used(String agency) {
        return (int) slots.stream().filter(slot -> slot.agency.equals(agency)).count();
    }

    private static boolean owns(Slot slot, LeaseClaim claim) {
        return claim.getCaller().equals(slot.asked.getOwner())
                || claim.getCaller().equals(slot.asked.getUserId());
    }

    private static boolean mayAsk(Slot slot, @Nullable LeaseClaim claim) {
        return claim == null || claim.getAdmin() || owns(slot, claim);
    }

    private static Answer yes() {
        return new Answer(Outcome.ACCEPTED, "", false);
    }

    private static Answer unchanged() {
        return new Answer(Outcome.UNCHANGED, "", false);
    }

    private static Answer no(String reason) {
        return new Answer(Outcome.REFUSED, reason, false);
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** When the next lease ends; null when none is there. */
    @Nullable
    Instant nextEnd() {
        return slots.stream().map(Slot::endsAt).min(Comparator.naturalOrder()).orElse(null);
    }

    @Nullable
    Agency agency(String name) {
        Counters it = agencies.get(name);
        if (it == null || it.sequence == 0) {
            return null;
        }
        int cameras = (int) slots.stream()
                .filter(slot -> slot.agency.equals(name))
                .map(slot -> slot.asked.getCameraId())
                .distinct()
                .count();
        return new Agency(name, used(name), it.limit, cameras, it.sequence, it.changedAt);
    }

    Map<String, Lease> leases() {
        Map<String, Lease> all = new TreeMap<>();
        for (Slot slot : slots) {
            Lease.Viewer viewer = slot.sid.isEmpty()
                    ? new Lease.Viewer.Unseen()
                    : slot.goneUntil == null
                            ? new Lease.Viewer.Present(slot.sid)
                            : new Lease.Viewer.Gone(slot.sid, slot.goneUntil);
            all.put(
                    slot.id,
                    new Lease(
                            slot.id,
                            slot.agency,
                            slot.asked.getCameraId(),
                            slot.asked.getUserId(),
                            slot.asked.getOwner(),
                            slot.asked.getQuality(),
                            slot.version,
                            slot.grantedAt,
                            slot.renewedAt,
                            slot.expiresAt,
                            slot.aliveUntil,
                            viewer));
        }
        return all;
    }
}
