package io.rollcall.ingest.gap;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LiveKit's own count of webhooks, from its Prometheus endpoint. "Success" includes every answer but 5xx and 429.
 *
 * @param delivered answered by a receiver
 * @param failed given up after all attempts
 * @param dropped never sent: too old or too many in line
 */
public record DispatchCounts(long delivered, long failed, long dropped) {

    private static final Pattern LINE = Pattern.compile(
            "^livekit_webhook_dispatch_total\\{([^}]*)\\}\\s+([0-9.eE+]+)(?:\\s+\\d+)?\\s*$", Pattern.MULTILINE);
    private static final Pattern STATUS = Pattern.compile("(?:^|,)\\s*status=\"([^\"]*)\"");

    /** Reads them from Prometheus' text format; other metrics are passed over. */
    public static DispatchCounts read(String metrics) {
        double delivered = 0;
        double failed = 0;
        double dropped = 0;
        Matcher line = LINE.matcher(metrics);
        while (line.find()) {
            Matcher status = STATUS.matcher(line.group(1));
            double count = Double.parseDouble(line.group(2));
            switch (status.find() ? status.group(1) : "") {
                case "success" -> delivered += count;
                case "failure" -> failed += count;
                case "drop" -> dropped += count;
                default -> {}
            }
        }
        return new DispatchCounts((long) delivered, (long) failed, (long) dropped);
    }
}
