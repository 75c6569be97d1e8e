package io.rollcall.session.cameras.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.schemas.cameras.CameraLocation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A camera as clients see it.
 *
 * @param source the agency
 * @param rtspUrl masked
 * @param metadata a JSON object
 * @param location left out when unknown
 */
@Schema(name = "Camera")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "id",
    "name",
    "name_ar",
    "source",
    "rtsp_url",
    "status",
    "ptz_enabled",
    "recording_server",
    "metadata",
    "location",
    "created_at",
    "updated_at"
})
record CameraAnswer(
        String id,
        String name,
        @JsonProperty("name_ar") String nameAr,
        String source,
        @JsonProperty("rtsp_url") String rtspUrl,

        @Schema(allowableValues = {"ONLINE", "OFFLINE", "ERROR"})
        String status,

        @JsonProperty("ptz_enabled") boolean ptzEnabled,
        @JsonProperty("recording_server") String recordingServer,

        @JsonRawValue @Schema(type = "object") String metadata,

        @Nullable Place location,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("updated_at") Instant updatedAt) {

    static CameraAnswer of(Camera camera) {
        CameraLocation location = camera.getLocation();
        return new CameraAnswer(
                camera.getCameraId(),
                camera.getName(),
                camera.getNameAr(),
                camera.getAgency(),
                camera.getRtspUrl(),
                camera.getStatus().name(),
                camera.getPtzEnabled(),
                camera.getRecordingServer(),
                camera.getMetadata(),
                location == null
                        ? null
                        : new Place(
                                location.getLatitude(),
                                location.getLongitude(),
                                location.getAddress(),
                                location.getAddressAr()),
                camera.getCreatedAt(),
                camera.getUpdatedAt());
    }

    /** Where a camera is; coordinates that are not known are left out. */
    @Schema(name = "CameraLocation")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Place(
            @Nullable Double latitude,
            @Nullable Double longitude,
            String address,
            @JsonProperty("address_ar") String addressAr) {}

    /**
     * A page of cameras, in the order of their ids.
     *
     * @param count how many are on it
     * @param total how many match
     */
    @Schema(name = "Cameras")
    record Listed(List<CameraAnswer> cameras, int count, int total) {}

    /**
     * What an import came to.
     *
     * @param error only where none was imported
     */
    @Schema(name = "CameraImportResult")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Imported(@Nullable String error, int imported, int failed, List<Row> errors) {

        /**
         * A row that was not imported.
         *
         * @param index from 0
         * @param id empty when it has none
         */
        record Row(int index, String id, String error) {}
    }
}
