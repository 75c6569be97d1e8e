package io.rollcall.ingest;

import io.rollcall.ingest.webhooks.domain.ApiKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Everything that can be set here.
 *
 * @param local whether the development key is accepted, which everybody knows
 * @param apiKey one API key of LiveKit, with {@code apiSecret}
 * @param keys more keys, or several secrets of one: {@code key: secret, older-secret}, one key a line or separated by
 *     semicolons
 * @param maxBody the longest webhook that is read
 * @param bodyTimeout how long a webhook's body may take to arrive
 * @param maxBuffered what bodies that arrive in pieces may take together
 * @param ackPatience how long Kafka may take to acknowledge before webhooks go to the spool
 * @param spool the spool
 * @param gap the gap detector
 */
@ConfigurationProperties("rollcall.ingest")
public record WebhookIngestProperties(
        @DefaultValue("false") boolean local,
        @Nullable String apiKey,
        @Nullable String apiSecret,
        @Nullable String keys,
        @DefaultValue("4MB") DataSize maxBody,
        @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("24MB") DataSize maxBuffered,
        @DefaultValue("1s") Duration ackPatience,
        SpoolSettings spool,
        @DefaultValue Gap gap) {

    /** Known to everybody from the documentation: good for one's own machine only. */
    static final String DEVELOPMENT_SECRET = "secretsecretsecretsecretsecretsecret";

    private static final String DEVELOPMENT_KEY = "devkey";

    /**
     * The spool for Kafka's absence.
     *
     * @param folder where it lies; belongs to one instance
     * @param maxSize what it may take; when it is full webhooks are turned away
     * @param segmentSize when its next file is begun
     */
    public record SpoolSettings(
            Path folder,
            @DefaultValue("1GB") DataSize maxSize,
            @DefaultValue("16MB") DataSize segmentSize) {

        /** Checks what was given. */
        public SpoolSettings {
            if (segmentSize.toBytes() <= 0 || maxSize.compareTo(segmentSize) < 0) {
                throw new IllegalArgumentException(
                        "rollcall.ingest.spool.max-size must not be less than segment-size: " + maxSize);
            }
        }
    }

    /**
     * Compares what LiveKit says it sent with what was taken.
     *
     * @param metricsUrl LiveKit's Prometheus endpoint; nothing is compared without it
     * @param interval how often
     */
    public record Gap(
            @Nullable URI metricsUrl, @DefaultValue("15s") Duration interval) {

        /** Checks what was given. */
        public Gap {
            if (metricsUrl != null && metricsUrl.toString().isEmpty()) {
                metricsUrl = null;
            }
            positive("gap.interval", interval);
        }
    }

    /** Checks what was given. */
    public WebhookIngestProperties {
        if (maxBody.toBytes() <= 0 || maxBody.toMegabytes() > 8) {
            throw new IllegalArgumentException("rollcall.ingest.max-body must be between 1B and 8MB: " + maxBody);
        }
        positive("body-timeout", bodyTimeout);
        positive("ack-patience", ackPatience);
        if (maxBuffered.compareTo(maxBody) < 0) {
            throw new IllegalArgumentException("rollcall.ingest.max-buffered must not be less than max-body");
        }
    }

    private static void positive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("rollcall.ingest." + name + " must be more than nothing: " + duration);
        }
    }

    /**
     * The secrets of every key.
     *
     * @throws UnfitKeysException when there is none, or the development key where it is not allowed
     */
    public ApiKeys apiKeys() {
        var secrets = new LinkedHashMap<String, List<String>>();
        if (apiKey != null && !apiKey.isBlank()) {
            if (apiSecret == null || apiSecret.isBlank()) {
                throw new UnfitKeysException("LIVEKIT_API_KEY is set and LIVEKIT_API_SECRET is not.", "Set both.");
            }
            secrets.computeIfAbsent(apiKey.strip(), k -> new ArrayList<>()).add(apiSecret.strip());
        }
        if (keys != null) {
            read(keys, secrets);
        }
        if (secrets.isEmpty()) {
            throw new UnfitKeysException(
                    "There is no API key of LiveKit, so no webhook could be verified.",
                    "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or LIVEKIT_KEYS as \"key: secret\".");
        }
        boolean known = secrets.containsKey(DEVELOPMENT_KEY)
                || secrets.values().stream().anyMatch(all -> all.contains(DEVELOPMENT_SECRET));
        if (known && !local) {
            throw new UnfitKeysException(
                    "The API key or a secret is the one for development, which everybody knows.",
                    "Set your own, or ROLLCALL_LOCAL=true on a machine of your own.");
        }
        return new ApiKeys(secrets);
    }

    private static void read(String text, Map<String, List<String>> secrets) {
        String key = null;
        for (String part : text.split("[,;\n]", -1)) {
            String item = part.strip();
            if (item.isEmpty()) {
                continue;
            }
            // As in LiveKit's own LIVEKIT_KEYS: a colon with a space behind it ends a key.
            int colon = item.indexOf(": ");
            if (colon >= 0) {
                key = unquoted(item.substring(0, colon).strip());
                item = item.substring(colon + 2).strip();
            }
            if (key == null || key.isEmpty() || item.isEmpty()) {
                throw new UnfitKeysException(
                        "LIVEKIT_KEYS cannot be read.",
                        "Write \"key: secret\", one key a line or with semicolons between.");
            }
            secrets.computeIfAbsent(key, k -> new ArrayList<>()).add(unquoted(item));
        }
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** Without the secrets: it may end up in a log. */
    @Override
    public String toString() {
        return "WebhookIngestProperties[local=" + local + ", maxBody=" + maxBody + ", ackPatience=" + ackPatience
                + ", spool=" + spool + ", gap=" + gap + "]";
    }
}
