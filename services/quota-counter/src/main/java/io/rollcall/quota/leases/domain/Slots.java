package io.rollcall.quota.leases.domain;

import org.jspecify.annotations.Nullable;

/**
 * What one decision sees: never more than one lease, however many there are.
 *
 * @param agency whose slots these are
 * @param lease the one it is about; null when there is none
 * @param cameraLeases leases of that lease's camera, or of the one that is to be granted
 * @param totalUsed slots taken of all agencies that are decided together
 */
public record Slots(Agency agency, @Nullable Lease lease, int cameraLeases, int totalUsed) {}
