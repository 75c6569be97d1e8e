package io.rollcall.kit.web;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsUtils;

/** Which pages may call: those of the same origin, and of the configured ones. WebSockets ask it too. */
public final class Origins {

    private final CorsConfiguration cors = new CorsConfiguration();

    /** Allows the given patterns besides the same origin. */
    public Origins(List<String> patterns) {
        cors.setAllowedOriginPatterns(patterns);
        cors.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"));
        cors.setAllowedHeaders(List.of(CorsConfiguration.ALL));
        cors.setExposedHeaders(
                List.of(RequestId.HEADER, HttpHeaders.LINK, HttpHeaders.LOCATION, HttpHeaders.RETRY_AFTER));
        cors.setMaxAge(Duration.ofHours(1));
    }

    /** Whether the page that sent this may: also true for what no page sent. */
    public boolean allow(HttpServletRequest request) {
        return !CorsUtils.isCorsRequest(request) || cors.checkOrigin(request.getHeader(HttpHeaders.ORIGIN)) != null;
    }

    CorsConfiguration cors() {
        return cors;
    }
}
