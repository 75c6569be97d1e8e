package io.rollcall.ingest.spool;

/**
 * A record read back, and where it lies.
 *
 * @param segment number of the file
 * @param offset of its first byte in the file
 * @param end offset after its last byte
 * @param timestamp milliseconds, as it was appended
 */
@SuppressWarnings("ArrayRecordComponent") // handed on and never compared
public record SpoolRecord(long segment, long offset, long end, long timestamp, byte[] value) {}
