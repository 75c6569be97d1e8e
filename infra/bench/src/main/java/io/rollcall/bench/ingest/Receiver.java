package io.rollcall.bench.ingest;

import java.net.InetSocketAddress;

/**
 * Something that takes webhooks and puts them into a topic of its own.
 *
 * @param name for the table
 * @param address where it takes {@code POST /webhooks/livekit}
 * @param process what its CPU time is read from
 * @param topic where every acknowledged webhook must be
 */
record Receiver(String name, InetSocketAddress address, ProcessHandle process, String topic) {}
