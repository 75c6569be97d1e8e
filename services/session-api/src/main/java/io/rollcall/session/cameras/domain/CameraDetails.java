package io.rollcall.session.cameras.domain;

import org.jspecify.annotations.Nullable;

/**
 * Everything about a camera that can be changed.
 *
 * @param agency whose it is: the contract's {@code source}
 * @param streamUrl masked
 * @param secret cipher text of what was masked; null when there is nothing to hide or, in a command, when what is stored
 *     stays
 * @param metadata a JSON object
 * @param location null when unknown
 */
public record CameraDetails(
        String name,
        String nameAr,
        String agency,
        StreamUrl streamUrl,
        @Nullable Sealed secret,
        CameraStatus status,
        boolean ptzEnabled,
        String recordingServer,
        String metadata,
        @Nullable Location location) {

    CameraDetails with(@Nullable Sealed other) {
        return new CameraDetails(
                name, nameAr, agency, streamUrl, other, status, ptzEnabled, recordingServer, metadata, location);
    }

    CameraDetails with(CameraStatus other) {
        return new CameraDetails(
                name, nameAr, agency, streamUrl, secret, other, ptzEnabled, recordingServer, metadata, location);
    }
}
