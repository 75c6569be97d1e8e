package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class UsageTest {

    @Test
    void ofOurselves() {
        Usage now = Usage.of(ProcessHandle.current());

        assertThat(now.cpu()).isPositive();
        assertThat(now.residentBytes()).isBetween(16L << 20, 64L << 30);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsSharedIsNotCountedWhole() throws IOException {
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        long whole = status.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();

        // At least Java's own library is mapped by whoever runs these tests too.
        assertThat(Usage.of(ProcessHandle.current()).residentBytes()).isLessThan(whole);
    }
}
