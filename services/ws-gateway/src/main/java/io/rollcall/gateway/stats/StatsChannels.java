package io.rollcall.gateway.stats;

import io.rollcall.gateway.channels.Channels;
import io.rollcall.gateway.channels.PercentName;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The feeds {@code stats}, {@code agencies:<source>} and {@code cameras:<id>}, names percent-encoded. */
public final class StatsChannels implements Channels {

    private static final String ALL = "stats";
    private static final String AGENCY = "agencies:";
    private static final String CAMERA = "cameras:";

    private final LiveStatistics live;

    /** Channels for what is told there. */
    public StatsChannels(LiveStatistics live) {
        this.live = live;
    }

    @Override
    public Lookup find(String channel) {
        return look(channel, false);
    }

    @Override
    public Lookup open(String channel) {
        return look(channel, true);
    }

    private Lookup look(String channel, boolean keep) {
        if (channel.equals(ALL)) {
            return new Lookup.Feed(live.feed(Set.of(), keep), "");
        }
        String agency = name(channel, AGENCY);
        if (agency != null) {
            return agency.isEmpty() ? new Lookup.BadName() : new Lookup.Feed(live.feed(Set.of(agency), keep), agency);
        }
        String camera = name(channel, CAMERA);
        if (camera != null) {
            return camera.isEmpty()
                    ? new Lookup.BadName()
                    : new Lookup.Feed(live.cameraFeed(camera, keep), live.agencyOf(camera));
        }
        return new Lookup.Unknown();
    }

    @Override
    public void released(String channel) {
        if (channel.equals(ALL)) {
            live.released(Set.of());
            return;
        }
        String agency = name(channel, AGENCY);
        if (agency != null) {
            live.released(Set.of(agency));
        }
        String camera = name(channel, CAMERA);
        if (camera != null) {
            live.cameraReleased(camera);
        }
    }

    @Override
    public CompletionStage<Void> caughtUp() {
        return CompletableFuture.completedStage(null);
    }

    /** What stands behind a prefix, empty when it cannot be a name; null for another kind of channel. */
    private static @Nullable String name(String channel, String prefix) {
        if (!channel.startsWith(prefix)) {
            return null;
        }
        String name = PercentName.decode(channel.substring(prefix.length()));
        return name == null ? "" : name;
    }
}
