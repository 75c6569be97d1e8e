package io.rollcall.session.cameras.http;

import io.rollcall.kit.web.BadFieldException;
import io.rollcall.session.cameras.domain.CameraDetails;
import io.rollcall.session.cameras.domain.CameraStatus;
import io.rollcall.session.cameras.domain.Location;
import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a camera as clients give it. What it lets through holds no credentials in the clear. */
final class CameraReader {

    private static final int MAX_ID = 128;
    private static final int MAX_TEXT = 1024;
    private static final int MAX_METADATA = 64 * 1024;
    private static final String METADATA = "metadata";
    private static final String RTSP_URL = "rtsp_url";

    private final CameraSecrets secrets;

    record Given(String id, CameraDetails details) {}

    CameraReader(CameraSecrets secrets) {
        this.secrets = secrets;
    }

    /**
     * Reads a camera.
     *
     * @param named the id it must have where it gives one; null when it must give one
     * @throws BadFieldException naming the field that is wrong
     */
    Given read(JsonNode camera, @Nullable String named) {
        String id = id(camera, named);
        StreamUrl url = url(text(camera, RTSP_URL, Integer.MAX_VALUE));
        Sealed secret = url.isMasked() ? null : secrets.seal(id, url);
        return new Given(
                id,
                new CameraDetails(
                        required(camera, "name", MAX_TEXT),
                        text(camera, "name_ar", MAX_TEXT),
                        required(camera, "source", MAX_ID),
                        url.masked(),
                        secret,
                        status(camera),
                        flag(camera, "ptz_enabled"),
                        text(camera, "recording_server", MAX_TEXT),
                        metadata(camera),
                        location(camera.path("location"))));
    }

    /** The id that a row gives, as far as it gives one. */
    static String idOf(JsonNode camera) {
        return camera.path("id").isString() ? camera.path("id").asString() : "";
    }

    private static String id(JsonNode camera, @Nullable String named) {
        if (named == null) {
            return required(camera, "id", MAX_ID);
        }
        if (named.length() > MAX_ID) {
            throw new BadFieldException("id", "must have at most " + MAX_ID + " characters");
        }
        String given = text(camera, "id", MAX_ID);
        if (!given.isEmpty() && !given.equals(named)) {
            throw new BadFieldException("id", "must be that of the path, or absent");
        }
        return named;
    }

    private static StreamUrl url(String text) {
        StreamUrl url;
        try {
            url = StreamUrl.of(text);
        } catch (IllegalArgumentException e) {
            throw new BadFieldException(RTSP_URL, Objects.requireNonNull(e.getMessage()));
        }
        if (url.isPartlyMasked()) {
            throw new BadFieldException(RTSP_URL, "must have all of its credentials masked, or none");
        }
        return url;
    }

    private static CameraStatus status(JsonNode camera) {
        String text = text(camera, "status", MAX_ID);
        return text.isEmpty() ? CameraStatus.OFFLINE : status("status", text);
    }

    static CameraStatus status(String field, String text) {
        return Arrays.stream(CameraStatus.values())
                .filter(status -> status.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new BadFieldException(
                        field,
                        Arrays.stream(CameraStatus.values())
                                .map(CameraStatus::name)
                                .collect(Collectors.joining(", ", "must be one of ", ""))));
    }

    private static String metadata(JsonNode camera) {
        JsonNode metadata = camera.path(METADATA);
        if (isAbsent(metadata)) {
            return "{}";
        }
        String text = metadata.toString();
        if (!metadata.isObject() || text.getBytes(StandardCharsets.UTF_8).length > MAX_METADATA) {
            throw new BadFieldException(METADATA, "must be a JSON object of at most 64 KiB");
        }
        JsonNode onvif = metadata.path("onvif_url");
        if (onvif.isString() && !new StreamUrl(onvif.asString()).places().isEmpty()) {
            throw new BadFieldException("metadata.onvif_url", "must hold no credentials: those of rtsp_url are used");
        }
        return text;
    }

    private static @Nullable Location location(JsonNode location) {
        if (isAbsent(location)) {
            return null;
        }
        if (!location.isObject()) {
            throw new BadFieldException("location", "must be an object");
        }
        Double latitude = degrees(location, "latitude", 90);
        Double longitude = degrees(location, "longitude", 180);
        String address = text(location, "address", MAX_TEXT);
        String addressAr = text(location, "address_ar", MAX_TEXT);
        boolean unknown = latitude == null && longitude == null && address.isEmpty() && addressAr.isEmpty();
        return unknown ? null : new Location(latitude, longitude, address, addressAr);
    }

    private static @Nullable Double degrees(JsonNode location, String field, int most) {
        JsonNode degrees = location.path(field);
        if (isAbsent(degrees)) {
            return null;
        }
        // A number with hundreds of digits is none that a double could hold.
        double it = degrees.isNumber() ? degrees.asDouble(Double.NaN) : Double.NaN;
        if (!(Math.abs(it) <= most)) {
            throw new BadFieldException(field, "must be a number from -" + most + " to " + most);
        }
        return it;
    }

    private static boolean flag(JsonNode camera, String field) {
        JsonNode flag = camera.path(field);
        if (isAbsent(flag)) {
            return false;
        }
        if (!flag.isBoolean()) {
            throw new BadFieldException(field, "must be true or false");
        }
        return flag.asBoolean();
    }

    private static String required(JsonNode camera, String field, int most) {
        String text = text(camera, field, most);
        if (text.isBlank()) {
            throw new BadFieldException(field, "is required");
        }
        return text;
    }

    private static String text(JsonNode camera, String field, int most) {
        JsonNode text = camera.path(field);
        if (isAbsent(text)) {
            return "";
        }
        if (!text.isString()) {
            throw new BadFieldException(field, "must be a string");
        }
        String it = text.asString();
        if (it.length() > most) {
            throw new BadFieldException(field, "must have at most " + most + " characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(it)) {
            throw new BadFieldException(field, "must be text: it has half of a character");
        }
        return it;
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
