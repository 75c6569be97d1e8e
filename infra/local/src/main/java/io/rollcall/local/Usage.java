package io.rollcall.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What a process has taken of the machine.
 *
 * @param cpu the time it has spent computing since it began
 * @param residentBytes the memory it occupies; a page that it shares with others is divided among them, so that the sum
 *     over processes is what they take together, where the system says so (Linux), and counts whole elsewhere
 */
record Usage(Duration cpu, long residentBytes) {

    /** As it is now; zeros where the system does not say. */
    static Usage of(ProcessHandle process) {
        return new Usage(
                process.info().totalCpuDuration().orElse(Duration.ZERO),
                residentByProc(process.pid()).orElseGet(() -> residentByPs(process.pid())));
    }

    private static OptionalLong residentByProc(long pid) {
        OptionalLong shared = kibibytesOf(pid, "smaps_rollup", "Pss:");
        // Who may not look into a process may still see its size.
        return shared.isPresent() ? shared : kibibytesOf(pid, "status", "VmRSS:");
    }

    private static OptionalLong kibibytesOf(long pid, String file, String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), file))) {
                if (line.startsWith(name)) {
                    return OptionalLong.of(kibibytes(line.substring(name.length(), line.length() - "kB".length())));
                }
            }
        } catch (IOException e) {
            // Not Linux, or not ours, or it has just ended.
        }
        return OptionalLong.empty();
    }

    private static long residentByPs(long pid) {
        try {
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(ps.getInputStream().readAllBytes(), UTF_8);
            ps.waitFor(5, TimeUnit.SECONDS);
            return output.isBlank() ? 0 : kibibytes(output);
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static long kibibytes(String number) {
        return Long.parseLong(number.strip()) * 1024;
    }
}
