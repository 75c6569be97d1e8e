package io.rollcall.gateway.stats;

import io.rollcall.gateway.channels.SnapshotStream;
import io.rollcall.gateway.connections.Timers;
import io.rollcall.gateway.stats.Message.Alert;
import io.rollcall.gateway.stats.Message.AlertType;
import io.rollcall.gateway.stats.Message.CameraState;
import io.rollcall.gateway.stats.Message.Severity;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.statistics.LimitReached;
import io.rollcall.kit.statistics.StreamPicture;
import io.rollcall.kit.statistics.StreamStatistics;
import io.rollcall.kit.statistics.StreamStats.CameraStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import io.rollcall.kit.statistics.UsagePercent;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraStatus;
import io.rollcall.schemas.quota.AgencyUsage;
import io.rollcall.schemas.quota.QuotaEvent;
import io.rollcall.schemas.quota.QuotaEventType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells everybody who listens what the streams of cameras are doing. A message is encoded once for all of them. While
 * something is found out and told its lock is held, so that nobody hears a thing and then what was before it. That may
 * take long: only its own thread and those that read Kafka take the lock, never one that serves a client. Who comes or
 * goes says so and is seen to on that thread. The lock is taken before that of a stream or of a connection's queue.
 *
 * <p>Nothing is told before everything that was there at the start has been read: what happened then is no news.
 */
public final class LiveStatistics implements SmartLifecycle {

    private static final int HIGH = 80;
    private static final int VERY_HIGH = 95;

    /**
     * How often things are told.
     *
     * @param statistics the whole document
     * @param updates at most, what an agency uses, which cameras it has, and who watches a camera
     * @param refusals at most, that an agency has no slot left
     */
    public record Pace(Duration statistics, Duration updates, Duration refusals) {}

    /** Somebody who listens; takes what it is given and never waits. */
    interface Listener {

        void tell(byte[] frame);

        /** The statistics, which take the place of those that it has not been able to send yet. */
        void tellStatistics(byte[] frame);
    }

    private record Envelope(String type, Message data, Instant timestamp) {}

    private record Refused(QuotaEvent last, int count) {}

    /** Those who want to hear of the same agencies. */
    private final class Audience {

        private final Set<String> sources;
        private final Set<Listener> coming = ConcurrentHashMap.newKeySet();
        private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
        private final SnapshotStream stream = new SnapshotStream(LiveStatistics.this::soon, this::greet);
        private @Nullable StreamPicture shown;
        private byte @Nullable [] statistics;
        private byte @Nullable [] statuses;

        Audience(Set<String> sources) {
            this.sources = sources;
        }

        boolean wants(String agency) {
            return sources.isEmpty() || agency.isEmpty() || sources.contains(agency);
        }

        boolean isIdle() {
            return coming.isEmpty() && listeners.isEmpty() && stream.retireIfIdle();
        }

        void tell(Message message, byte[] frame) {
            listeners.forEach(listener -> listener.tell(frame));
            if (message.tellsHowThingsAre()) {
                stream.publish(frame);
            } else {
                stream.happened(frame);
            }
        }

        /** Who comes while others wait is welcomed with them. */
        void expect(Listener listener) {
            if (coming.isEmpty()) {
                soon(this::welcome);
            }
            coming.add(listener);
        }

        private void welcome() {
            synchronized (lock) {
                List<Listener> welcomed = List.copyOf(coming);
                coming.clear();
                listeners.addAll(welcomed);
                byte[] now = statistics(picture());
                byte[] alert = outage == null ? null : encode(outage);
                for (Listener listener : welcomed) {
                    listener.tellStatistics(now);
                    if (alert != null) {
                        listener.tell(alert);
                    }
                }
            }
        }

        private void greet() {
            synchronized (lock) {
                StreamPicture now = picture();
                List<byte[]> messages = new ArrayList<>();
                if (isThere(now)) {
                    messages.add(statistics(now));
                    messages.add(statuses(now));
                }
                if (outage != null) {
                    messages.add(encode(outage));
                }
                stream.greet(messages);
            }
        }

        void tellStatistics(StreamPicture now) {
            shown = null;
            if (!listeners.isEmpty()) {
                byte[] frame = statistics(now);
                listeners.forEach(listener -> listener.tellStatistics(frame));
            }
            if (stream.isHeard() && isThere(now)) {
                stream.publish(statistics(now));
            }
        }

        /** The same bytes for as long as nothing has changed. */
        private byte[] statistics(StreamPicture now) {
            show(now);
            byte[] known = statistics;
            if (known == null) {
                known = encode(new Message.Statistics(now.about(sources, clock.instant())));
                statistics = known;
            }
            return known;
        }

        /** The same; what has changed before somebody comes is told to nobody again. */
        private byte[] statuses(StreamPicture now) {
            show(now);
            byte[] known = statuses;
            if (known == null) {
                known = encode(new Message.CameraStatuses(notOnline(now).stream()
                        .filter(camera -> sources.isEmpty() || sources.contains(camera.getAgency()))
                        .map(camera -> new Message.CameraNotOnline(camera.getCameraId(), camera.getStatus()))
                        .toList()));
                statuses = known;
            }
            return known;
        }

        private void show(StreamPicture now) {
            if (!now.equals(shown)) {
                shown = now;
                statistics = null;
                statuses = null;
            }
        }

        /** A feed of an agency that nobody knows is silent. */
        private boolean isThere(StreamPicture now) {
            return sources.isEmpty() || now.knowsAny(sources);
        }
    }

    private final Object lock = new Object();
    private final StreamStatistics state;
    private final RecentDecisions decisions;
    private final List<? extends ReadinessCheck> sources;
    private final BooleanSupplier live;
    private final JsonMapper json;
    private final Timers timers;
    private final InstantSource clock;
    private final Pace pace;
    private final ConcurrentMap<Set<String>, Audience> audiences = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, SnapshotStream> cameras = new ConcurrentHashMap<>();
    private final Map<String, Refused> refused = new HashMap<>();
    private final Coalescer<String> updates;
    private final Coalescer<String> refusals;
    private final Coalescer<String> watched;
    private final Coalescer<String> moved;
    private @Nullable StreamPicture picture;
    private @Nullable List<Camera> notOnline;
    private @Nullable Alert outage;
    private Timers.@Nullable Timer next;

    /**
     * Tells nothing before it is started.
     *
     * @param state has been told of a change before this object is
     * @param sources what the state comes from; while one of them does not move, everybody is told so
     * @param live whether everything has been read that was there at the start
     * @param timers of one thread, which nobody else needs: it is busy for as long as finding something out takes
     */
    public LiveStatistics(
            StreamStatistics state,
            RecentDecisions decisions,
            List<? extends ReadinessCheck> sources,
            BooleanSupplier live,
            JsonMapper json,
            Timers timers,
            InstantSource clock,
            Pace pace) {
        this.state = state;
        this.decisions = decisions;
        this.sources = List.copyOf(sources);
        this.live = live;
        this.json = json;
        this.timers = timers;
        this.clock = clock;
        this.pace = pace;
        this.updates = new Coalescer<>(pace.updates(), timers, this::tellUpdate);
        this.refusals = new Coalescer<>(pace.refusals(), timers, this::tellRefusals);
        this.watched = new Coalescer<>(pace.updates(), timers, this::tellCamera);
        this.moved = new Coalescer<>(pace.updates(), timers, this::tellStatuses);
    }

    // Who listens

    /** Gives somebody the statistics, and then whatever is told of these agencies; empty: of all. */
    void join(Listener listener, Set<String> agencies) {
        soon(() -> audiences.compute(agencies, (of, known) -> {
            Audience audience = known == null ? new Audience(of) : known;
            audience.expect(listener);
            return audience;
        }));
    }

    /** In the same order as {@link #join}: who has gone before being welcomed is not kept. */
    void leave(Listener listener, Set<String> agencies) {
        soon(() -> audiences.computeIfPresent(agencies, (of, audience) -> {
            audience.coming.remove(listener);
            audience.listeners.remove(listener);
            return audience.isIdle() ? null : audience;
        }));
    }

    /** The feed of these agencies; empty: of all. One that is only looked at is kept by nobody. */
    SnapshotStream feed(Set<String> agencies, boolean keep) {
        Audience audience = keep ? audiences.computeIfAbsent(agencies, Audience::new) : audiences.get(agencies);
        return audience == null ? new Audience(agencies).stream : audience.stream;
    }

    void released(Set<String> agencies) {
        audiences.computeIfPresent(agencies, (of, audience) -> audience.isIdle() ? null : audience);
    }

    /** The feed of one camera. */
    SnapshotStream cameraFeed(String camera, boolean keep) {
        SnapshotStream stream = keep ? cameras.computeIfAbsent(camera, this::newCameraFeed) : cameras.get(camera);
        return stream == null ? newCameraFeed(camera) : stream;
    }

    private SnapshotStream newCameraFeed(String camera) {
        return new SnapshotStream(this::soon, () -> toldOf(camera, SnapshotStream::greet));
    }

    void cameraReleased(String camera) {
        cameras.computeIfPresent(camera, (of, stream) -> stream.retireIfIdle() ? null : stream);
    }

    /** Whose camera it is; empty when it is nobody's, or not known. */
    String agencyOf(String camera) {
        return state.agencyOf(camera);
    }

    // What happens

    /** An agency uses more or less, or has another limit. */
    public void agencyChanged(View.Change<AgencyUsage> change) {
        AgencyUsage after = change.after();
        Integer limit = after == null ? null : after.getLimit();
        if (after == null || limit == null || !live.getAsBoolean()) {
            return;
        }
        AgencyUsage before = change.before();
        Integer limitBefore = before == null ? null : before.getLimit();
        int currentBefore = before == null ? 0 : before.getCurrent();
        if (currentBefore != after.getCurrent() || !limit.equals(limitBefore)) {
            updates.touch(after.getSource());
        }
        for (int percent : List.of(VERY_HIGH, HIGH)) {
            boolean was = limitBefore != null && UsagePercent.reaches(percent, currentBefore, limitBefore);
            if (!was && UsagePercent.reaches(percent, after.getCurrent(), limit)) {
                // One jump over both is one alert.
                tell(after.getSource(), quotaHigh(after, limit, percent));
                return;
            }
        }
    }

    private static Alert quotaHigh(AgencyUsage usage, int limit, int percent) {
        return new Alert(
                AlertType.QUOTA_HIGH,
                usage.getSource() + " uses " + percent + "% of its limit or more (" + usage.getCurrent() + "/" + limit
                        + ")",
                percent == VERY_HIGH ? Severity.HIGH : Severity.MEDIUM,
                usage.getSource());
    }

    /** A camera has changed. */
    public void cameraChanged(View.Change<Camera> change) {
        if (!live.getAsBoolean()) {
            return;
        }
        cameraWatched(change.key());
        Camera before = change.before();
        Camera after = change.after();
        if (before == null || after == null) {
            return;
        }
        if (!before.getAgency().equals(after.getAgency()) && before.getStatus() != CameraStatus.ONLINE) {
            moved.touch(before.getAgency());
            moved.touch(after.getAgency());
        }
        if (before.getStatus() == after.getStatus()) {
            return;
        }
        tell(after.getAgency(), new Message.StatusChange(after.getCameraId(), after.getStatus(), before.getStatus()));
        String name = after.getName() + " (" + after.getCameraId() + ")";
        if (after.getStatus() == CameraStatus.OFFLINE) {
            tell(
                    after.getAgency(),
                    new Alert(
                            AlertType.CAMERA_OFFLINE,
                            "Camera " + name + " is offline",
                            Severity.MEDIUM,
                            after.getAgency()));
        } else if (after.getStatus() == CameraStatus.ERROR) {
            tell(
                    after.getAgency(),
                    new Alert(
                            AlertType.CAMERA_ERROR,
                            "Camera " + name + " reports an error",
                            Severity.HIGH,
                            after.getAgency()));
        }
    }

    /** Somebody has reserved a camera, or nobody has any more, or somebody has come to its room or left it. */
    public void cameraWatched(@Nullable String camera) {
        if (camera != null && cameras.containsKey(camera)) {
            watched.touch(camera);
        }
    }

    /** The next event of the audit trail; old ones come before the start is over. */
    void quotaEvent(QuotaEvent event, boolean old) {
        Decision decision = Decision.of(event);
        if (decision == null) {
            return;
        }
        decisions.add(event.getAgency(), decision);
        if (old || !live.getAsBoolean()) {
            return;
        }
        synchronized (lock) {
            Audience ofAgency = audiences.get(Set.of(event.getAgency()));
            if (ofAgency != null && ofAgency.stream.isHeard()) {
                ofAgency.stream.happened(encode(new Message.Decided(decision)));
            }
        }
        if (event.getType() == QuotaEventType.LEASE_REFUSED) {
            synchronized (refused) {
                refused.merge(
                        event.getAgency(),
                        new Refused(event, 1),
                        (before, one) -> new Refused(one.last(), before.count() + 1));
            }
            refusals.touch(event.getAgency());
        }
    }

    /** The audit trail is another one, or has a hole. */
    void quotaEventsBeginAnew() {
        decisions.clear();
    }

    // What is told

    private void tellUpdate(String agency) {
        synchronized (lock) {
            SourceStats now = state.source(agency);
            if (now != null) {
                tell(agency, Message.LimitUpdate.of(now));
            }
        }
    }

    /** A camera has left an agency for another one, or has come from there. */
    private void tellStatuses(String agency) {
        synchronized (lock) {
            Audience audience = audiences.get(Set.of(agency));
            if (audience != null && audience.stream.isHeard()) {
                audience.stream.publish(audience.statuses(picture()));
            }
        }
    }

    private void tellRefusals(String agency) {
        Refused since;
        synchronized (refused) {
            since = refused.remove(agency);
        }
        if (since != null) {
            QuotaEvent last = since.last();
            String what = last.getReason().equals(LimitReached.CAPACITY)
                    ? "No memory for another reservation, asked for by " + agency
                    : LimitReached.of(last, last.getReason()).message();
            tell(
                    agency,
                    new Alert(
                            AlertType.STREAM_LIMIT,
                            since.count() == 1 ? what : what + ", " + since.count() + " requests refused",
                            Severity.HIGH,
                            agency));
        }
    }

    private void tellCamera(String camera) {
        toldOf(camera, (feed, now) -> now.forEach(feed::publish));
    }

    /** Who may not see the camera where it is now goes before anything is told of it. */
    private void toldOf(String id, BiConsumer<SnapshotStream, List<byte[]>> told) {
        synchronized (lock) {
            SnapshotStream feed = cameras.get(id);
            Camera camera = state.camera(id);
            if (feed != null && camera != null) {
                feed.belongsTo(camera.getAgency());
            }
            if (feed != null) {
                told.accept(feed, camera == null ? List.of() : List.of(encode(now(camera))));
            }
        }
    }

    private CameraState now(Camera camera) {
        String id = camera.getCameraId();
        CameraStats reserved = state.reserved(id);
        return new CameraState(
                id,
                camera.getName(),
                camera.getAgency(),
                camera.getStatus(),
                state.viewers(id),
                reserved == null ? null : reserved.activeSince());
    }

    /** Tells everybody who wants to hear of an agency; empty: everybody. */
    private void tell(String agency, Message message) {
        synchronized (lock) {
            byte[] frame = null;
            for (Audience audience : audiences.values()) {
                if (audience.wants(agency)) {
                    if (frame == null) {
                        frame = encode(message);
                    }
                    audience.tell(message, frame);
                }
            }
        }
    }

    private byte[] encode(Message message) {
        return json.writeValueAsBytes(new Envelope(message.type(), message, clock.instant()));
    }

    private void tick() {
        synchronized (lock) {
            // First: whatever goes wrong now, there is a next time.
            next = timers.after(pace.statistics(), this::tick);
            tellOutage();
            StreamPicture now = picture();
            audiences.values().forEach(audience -> audience.tellStatistics(now));
        }
    }

    /** What there is now, folded once for everybody: the same for as long as nothing changes. */
    private StreamPicture picture() {
        StreamPicture known = picture;
        if (known == null || known.version() != state.version()) {
            known = state.picture();
            picture = known;
            notOnline = null;
        }
        return known;
    }

    /** The reserved cameras that are not online, found once for everybody too. Whose they are now may be another one. */
    private List<Camera> notOnline(StreamPicture now) {
        List<Camera> known = notOnline;
        if (known == null) {
            known = now.about(Set.of(), clock.instant()).cameraStats().stream()
                    .map(reserved -> state.camera(reserved.cameraId()))
                    .filter(Objects::nonNull)
                    .filter(camera -> camera.getStatus() != CameraStatus.ONLINE)
                    .toList();
            notOnline = known;
        }
        return known;
    }

    private void soon(Runnable task) {
        var _ = timers.after(Duration.ZERO, task);
    }

    /** That what is shown is not what there is, once when it begins and once when it is over. */
    private void tellOutage() {
        Optional<String> why = sources.stream()
                .map(ReadinessCheck::check)
                .filter(check -> check.status() != Readiness.Status.UP)
                .map(check -> check.reason() == null ? "" : ": " + check.reason())
                .findFirst();
        if (why.isPresent() && outage == null && live.getAsBoolean()) {
            outage = new Alert(
                    AlertType.SYSTEM_ERROR, "The statistics are not up to date" + why.get(), Severity.CRITICAL, null);
            tell("", outage);
        } else if (why.isEmpty() && outage != null) {
            outage = null;
            tell("", new Alert(AlertType.SYSTEM_ERROR, "The statistics are up to date again", Severity.LOW, null));
        }
    }

    @Override
    public void start() {
        synchronized (lock) {
            if (next == null) {
                next = timers.after(pace.statistics(), this::tick);
            }
        }
    }

    @Override
    public void stop() {
        synchronized (lock) {
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
    }

    @Override
    public boolean isRunning() {
        synchronized (lock) {
            return next != null;
        }
    }
}
