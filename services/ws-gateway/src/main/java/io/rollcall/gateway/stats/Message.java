package io.rollcall.gateway.stats;

import com.fasterxml.jackson.annotation.JsonValue;
import io.rollcall.kit.statistics.StreamStats;
import io.rollcall.kit.statistics.StreamStats.SourceStats;
import io.rollcall.schemas.cameras.CameraStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** What is told of the streams of cameras; each is the {@code data} of a frame of its type. */
sealed interface Message {

    String type();

    /** Whether it says how things are, which whoever comes later is told anyway, and not only that something happened. */
    default boolean tellsHowThingsAre() {
        return true;
    }

    /** How bad something is. */
    enum Severity {
        LOW,
        MEDIUM,
        HIGH,
        CRITICAL
    }

    /** What an alert is about. */
    enum AlertType {
        STREAM_LIMIT,
        QUOTA_HIGH,
        CAMERA_OFFLINE,
        CAMERA_ERROR,
        SYSTEM_ERROR
    }

    /** All of it. */
    record Statistics(@JsonValue StreamStats stats) implements Message {
        @Override
        public String type() {
            return "STREAM_STATS";
        }
    }

    /** A camera has another status. */
    @JsonNaming(SnakeCaseStrategy.class)
    record StatusChange(String cameraId, CameraStatus status, CameraStatus previousStatus) implements Message {
        @Override
        public String type() {
            return "CAMERA_STATUS";
        }
    }

    /** What an agency uses of its limit. */
    @JsonNaming(SnakeCaseStrategy.class)
    record LimitUpdate(String source, int current, int limit, double usagePercent) implements Message {
        @Override
        public String type() {
            return "AGENCY_LIMIT_UPDATE";
        }

        static LimitUpdate of(SourceStats stats) {
            return new LimitUpdate(stats.source(), stats.current(), stats.limit(), stats.usagePercent());
        }
    }

    /**
     * Something that somebody should look at.
     *
     * @param source the agency; null when it is about all of them
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Alert(
            AlertType alertType,
            String message,
            Severity severity,
            @Nullable String source) implements Message {
        @Override
        public String type() {
            return "ALERT";
        }

        @Override
        public boolean tellsHowThingsAre() {
            return alertType == AlertType.SYSTEM_ERROR;
        }
    }

    /**
     * A camera as it is now.
     *
     * @param viewerCount people in its room
     * @param activeSince when the earliest of its live reservations was granted; null when there is none
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record CameraState(
            String cameraId,
            String cameraName,
            String source,
            CameraStatus status,
            int viewerCount,
            @Nullable Instant activeSince)
            implements Message {
        @Override
        public String type() {
            return "CAMERA_STATS";
        }
    }

    /**
     * How the reserved cameras are that are not online; all others are.
     *
     * @param cameras in the order of their ids
     */
    record CameraStatuses(List<CameraNotOnline> cameras) implements Message {
        public CameraStatuses {
            cameras = List.copyOf(cameras);
        }

        @Override
        public String type() {
            return "CAMERA_STATUSES";
        }
    }

    /** One of them. */
    @JsonNaming(SnakeCaseStrategy.class)
    record CameraNotOnline(String cameraId, CameraStatus status) {}

    /** A decision about an agency, as quota-counter answers it. */
    record Decided(@JsonValue Decision decision) implements Message {
        @Override
        public String type() {
            return "DECISION";
        }

        @Override
        public boolean tellsHowThingsAre() {
            return false;
        }
    }
}
