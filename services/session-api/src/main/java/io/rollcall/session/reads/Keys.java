package io.rollcall.session.reads;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/**
 * The keys of one subject. All have the subject as their hash tag and so live in one slot of a cluster: a script writes
 * the thing, its owner's list and the position in the topic as one step, and the lists and the partitions cut across each
 * other. Another subject may live on another node.
 */
final class Keys {

    private final String prefix;

    Keys(String subject) {
        this.prefix = "rollcall:{" + subject + "}:";
    }

    /** Which generations there are, and from which topic: a hash. */
    byte[] generations() {
        return bytes(prefix + "generations");
    }

    /** Who rebuilds, as long as it lives. */
    byte[] lease() {
        return bytes(prefix + "rebuild");
    }

    /** Who sweeps, as long as it lives. */
    byte[] sweeping() {
        return bytes(prefix + "sweep");
    }

    /** Generations whose keys are to be unlinked: a set. */
    byte[] retired() {
        return bytes(prefix + "retired");
    }

    /** The next offset of every partition: a hash. */
    byte[] positions(String generation) {
        return bytes(of(generation) + "positions");
    }

    /** The partitions that have not been read to their end yet: a set; not there once the generation is whole. */
    byte[] filling(String generation) {
        return bytes(of(generation) + "filling");
    }

    /** One thing: a hash of its version, its owner's list, its place there and its state. */
    byte[] document(String generation, String id) {
        return bytes(documents(generation) + id);
    }

    /** What comes before the id. */
    String documents(String generation) {
        return of(generation) + "id:";
    }

    /** The list of what is somebody's and lives: a sorted set. An owner's name holds anything. */
    byte[] owner(String generation, String owner) {
        return bytes(of(generation) + "owner:" + URLEncoder.encode(owner, UTF_8));
    }

    /** All keys of a generation, as a pattern. */
    String all(String generation) {
        return of(generation) + "*";
    }

    private String of(String generation) {
        return prefix + generation + ":";
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
