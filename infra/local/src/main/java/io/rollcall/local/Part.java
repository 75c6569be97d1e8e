package io.rollcall.local;

import io.rollcall.local.PortHolder.Port;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One process of the stack, or beside it.
 *
 * @param name one kebab-case word, the same in logs, folders and output
 * @param command the program and its arguments
 * @param environment what it is told beside the launcher's own environment
 * @param without variables of the launcher's environment that it must not see
 * @param folder where it runs
 * @param ports where it listens
 * @param readiness where it says that it is ready, see {@link Probe}
 * @param readyWithin how long the first start may take
 * @param stopWithin how long an orderly stop may take before it is cut short
 * @param needs the parts without which there is no use in starting it again
 */
public record Part(
        String name,
        List<String> command,
        Map<String, String> environment,
        Set<String> without,
        Path folder,
        List<Port> ports,
        URI readiness,
        Duration readyWithin,
        Duration stopWithin,
        Set<String> needs) {}
