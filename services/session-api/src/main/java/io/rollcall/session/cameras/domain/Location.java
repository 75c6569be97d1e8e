package io.rollcall.session.cameras.domain;

import org.jspecify.annotations.Nullable;

/**
 * Where a camera is, as far as it is known.
 *
 * @param latitude degrees, -90 to 90
 * @param longitude degrees, -180 to 180
 */
public record Location(@Nullable Double latitude, @Nullable Double longitude, String address, String addressAr) {}
