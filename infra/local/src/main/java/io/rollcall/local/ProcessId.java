package io.rollcall.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process and no other: its number, and when it began. A number is given again by the system, the two together
 * are not.
 *
 * @param pid its number
 * @param began when it began, in the words of this system: comparable, not readable
 */
record ProcessId(long pid, String began) {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    /** Of /proc/PID/stat, counted behind the command's closing bracket: a command may hold spaces and brackets. */
    private static final int START_TIME = 19;

    /** The identity of a process that runs now. */
    static ProcessId of(ProcessHandle process) {
        return new ProcessId(process.pid(), began(process));
    }

    /** The process itself; empty when it has ended, even if something else has its number now. */
    Optional<ProcessHandle> alive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> began(process).equals(began));
    }

    private static String began(ProcessHandle process) {
        try {
            // The system's clock may be set while we run: ticks since the boot are not moved by that.
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", START_TIME + 2);
            return Files.readString(BOOT_ID).strip() + "/" + fields[START_TIME];
        } catch (IOException | RuntimeException e) {
            return process.info().startInstant().map(Object::toString).orElse("");
        }
    }
}
