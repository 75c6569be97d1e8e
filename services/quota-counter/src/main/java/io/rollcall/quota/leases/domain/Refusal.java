package io.rollcall.quota.leases.domain;

/** Why not. */
public enum Refusal {
    /** The agency uses what it may, or has no limit. */
    AGENCY_LIMIT_EXCEEDED,
    /** All agencies together use what they may. */
    TOTAL_LIMIT_EXCEEDED,
    /** There are as many leases as one partition has memory for. */
    CAPACITY_EXCEEDED,
    /** There is no such lease, or it has ended. */
    NOT_FOUND,
    /** It is somebody else's. */
    FORBIDDEN,
    /** There is a lease of this id, made by another request. */
    ALREADY_EXISTS
}
