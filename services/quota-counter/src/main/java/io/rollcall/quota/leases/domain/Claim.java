package io.rollcall.quota.leases.domain;

/**
 * Who asks about a lease.
 *
 * @param admin may ask about any
 */
public record Claim(String caller, boolean admin) {}
