package io.rollcall.kit.web;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The HTTP edge of a service.
 *
 * @param allowedOrigins other origins whose pages may call it, as {@code http://localhost:*}; none means the own only
 * @param maxBody the longest body it reads
 */
@ConfigurationProperties("rollcall.web")
public record WebSettings(
        @DefaultValue List<String> allowedOrigins,
        @DefaultValue("1MB") DataSize maxBody) {

    /** Checks what was given. */
    public WebSettings {
        allowedOrigins = allowedOrigins.stream()
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .toList();
        if (maxBody.isNegative() || maxBody.toBytes() == 0) {
            throw new IllegalArgumentException("rollcall.web.max-body must be more than nothing");
        }
    }
}
