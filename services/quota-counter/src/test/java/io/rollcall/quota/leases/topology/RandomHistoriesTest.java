package io.rollcall.quota.leases.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.quota.leases.domain.Lease;
import io.rollcall.quota.leases.domain.Terms;
import io.rollcall.quota.leases.wire.QuotaMapper;
import io.rollcall.schemas.ReservationIds;
import io.rollcall.schemas.commands.Answer;
import io.rollcall.schemas.quota.LeaseClaim;
import io.rollcall.schemas.quota.QuotaCommand;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories through the whole topology: commands of every kind, repeated ones, ticks, gaps, heartbeats at the very
 * moment of a deadline. After every step the stores, what was told, and what the audit trail alone rebuilds are what a plain
 * model says.
 */
class RandomHistoriesTest {

    private static final long SEED = 20261125;
    private static final int HISTORIES_PER_SEED = 100;
    private static final int STEPS = 40;
    private static final Duration BEAT = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofSeconds(150);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final List<String> USERS = List.of("ann", "bob");
    private static final List<String> CAMERAS = List.of("gate", "yard", "roof");

    /** Twenty runs of 100 histories each. */
    static List<Long> seeds() {
        return new Random(SEED).longs(20).boxed().toList();
    }

    private final List<String> agencies = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<QuotaCommand> sent = new ArrayList<>();
    private final Set<String> live = new HashSet<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final AuditTrail trail = new AuditTrail();
    private final Map<String, Lease> leasesTold = new HashMap<>();
    private int commandIds;

    @ParameterizedTest
    @MethodSource("seeds")
    void agreeWithAPlainModelAfterEveryStep(long seed, @TempDir Path folder) {
        var random = new Random(seed);
        var terms = new Terms(BEAT, LONGEST, GRACE, 2 + random.nextInt(5), random.nextBoolean() ? null : 3);
        var model = new ReferenceModel(terms);
        try (var driver = new QuotaDriver(folder, terms)) {
            Instant now = QuotaDriver.NOON;
            for (int history = 0; history < HISTORIES_PER_SEED; history++) {
                begin(history, random);
                for (int step = 0; step < STEPS; step++) {
                    now = later(now, model, random);
                    if (random.nextInt(4) == 0) {
                        model.tick(now);
                        check(driver, model, driver.tick(now));
                    } else {
                        QuotaCommand command = next(random);
                        model.command(command, now);
                        check(driver, model, driver.send(command, now));
                    }
                }
                now = letEverythingEnd(driver, model, now);
            }
        }
    }

    private void begin(int history, Random random) {
        agencies.clear();
        ids.clear();
        sent.clear();
        agencies.addAll(List.of("north-" + history, "süd/" + history));
        for (int i = 0; i < 6; i++) {
            ids.add(ReservationIds.of(
                    0,
                    ByteBuffer.allocate(16)
                            .putLong(random.nextLong())
                            .putLong(random.nextLong())
                            .array()));
        }
        for (String agency : agencies) {
            sent.add(QuotaDriver.setLimit("c" + commandIds++, agency, 1 + random.nextInt(3), true));
        }
    }

    private static Instant later(Instant now, ReferenceModel model, Random random) {
        Instant next = model.nextEnd();
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> now;
            case 3 -> now.plusMillis(1);
            case 4 -> next != null && next.isAfter(now) ? next : now;
            case 5 -> next != null && next.isAfter(now) ? next.minusMillis(1) : now;
            case 6 -> now.plusMillis(15_000);
            case 7 -> random.nextInt(4) == 0 ? now.plusMillis(15_001) : now.plusSeconds(2);
            default -> now.plusMillis(random.nextInt(14_000));
        };
    }

    private QuotaCommand next(Random random) {
        if (!sent.isEmpty() && random.nextInt(8) == 0) {
            return sent.get(random.nextInt(sent.size()));
        }
        String commandId = "c" + commandIds++;
        String id = ids.get(random.nextInt(ids.size()));
        String agency = agencies.get(random.nextInt(agencies.size()));
        String camera = CAMERAS.get(random.nextInt(CAMERAS.size()));
        String user = USERS.get(random.nextInt(USERS.size()));
        QuotaCommand command = switch (random.nextInt(17)) {
            case 0, 1, 2, 3, 4 -> QuotaDriver.reserve(commandId, id, agency, camera, user);
            case 5 -> QuotaDriver.release(commandId, id, claim(random));
            case 6, 7, 8 -> QuotaDriver.heartbeat(commandId, id, claim(random));
            case 9 -> QuotaDriver.renew(commandId, id, claim(random));
            case 10, 11 -> QuotaDriver.viewer(commandId, id, "PA_" + random.nextInt(2), true);
            case 12, 13 -> QuotaDriver.viewer(commandId, id, "PA_" + random.nextInt(2), false);
            case 14 -> QuotaDriver.endCamera(commandId, agency, camera);
            case 15 -> QuotaDriver.undo(commandId, id, "c" + random.nextInt(commandIds));
            default -> QuotaDriver.setLimit(commandId, agency, random.nextInt(4), random.nextInt(4) == 0);
        };
        sent.add(command);
        return command;
    }

    private static @Nullable LeaseClaim claim(Random random) {
        return random.nextInt(3) == 0
                ? null
                : new LeaseClaim(USERS.get(random.nextInt(USERS.size())), random.nextInt(4) == 0);
    }

    private Instant letEverythingEnd(QuotaDriver driver, ReferenceModel model, Instant from) {
        Instant now = from;
        for (int i = 0; i < 20 && !model.isEmpty(); i++) {
            now = now.plusSeconds(13);
            model.tick(now);
            check(driver, model, driver.tick(now));
        }
        assertThat(model.isEmpty()).isTrue();
        assertThat(live).isEmpty();
        return now;
    }

    private void check(QuotaDriver driver, ReferenceModel model, List<QuotaEvent> events) {
        assertThat(told(events)).isEqualTo(model.told);
        assertThat(driver.leases()).isEqualTo(model.leases());
        events.forEach(trail::read);
        for (String agency : agencies) {
            assertThat(driver.agency(agency)).isEqualTo(model.agency(agency));
            assertThat(trail.agency(agency)).isEqualTo(model.agency(agency));
        }
        assertThat(trail.leases()).isEqualTo(AuditTrail.withoutBeats(model.leases()));
        driver.leasesTold.readKeyValuesToList().forEach(it -> {
            if (it.value == null) {
                leasesTold.remove(it.key);
            } else {
                leasesTold.put(it.key, QuotaMapper.lease(it.value));
            }
        });
        assertThat(AuditTrail.withoutBeats(leasesTold)).isEqualTo(trail.leases());
        events.forEach(this::checkWhatMustAlwaysHold);
    }

    /** Whatever the model thinks: never over a limit, each slot freed exactly once, no decision without its number. */
    private void checkWhatMustAlwaysHold(QuotaEvent event) {
        String id = event.getReservationId();
        if (event.getType() == QuotaEventType.LEASE_GRANTED) {
            Integer limit = event.getLimit();
            Integer total = event.getTotalLimit();
            assertThat(event.getUsageAfter()).isLessThanOrEqualTo(limit == null ? 0 : limit);
            assertThat(event.getTotalUsage()).isLessThanOrEqualTo(total == null ? Integer.MAX_VALUE : total);
            assertThat(live.add(id)).isTrue();
        } else if (event.getType() == QuotaEventType.LEASE_ENDED) {
            assertThat(live.remove(id)).isTrue();
        }
        if (event.getSequence() > 0) {
            assertThat(event.getSequence()).isEqualTo(sequences.merge(event.getAgency(), 1L, Long::sum));
        }
    }

    /** Facts and answers, each as a line; an answer comes with its fact, and is told after it. */
    private static List<String> told(List<QuotaEvent> events) {
        List<String> lines = new ArrayList<>();
        for (QuotaEvent event : events) {
            if (event.getType() != QuotaEventType.ANSWERED) {
                lines.add(event.getType() + " " + event.getReservationId() + " " + event.getReason() + " "
                        + event.getUsageBefore() + ">" + event.getUsageAfter());
            }
            Answer answer = event.getAnswer();
            if (answer != null) {
                lines.add("ANSWERED " + answer.getOutcome() + " " + answer.getReason()
                        + (answer.getRepeated() ? " again" : ""));
            }
        }
        return lines;
    }
}
