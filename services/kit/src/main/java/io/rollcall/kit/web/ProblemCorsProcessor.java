package io.rollcall.kit.web;

import io.rollcall.kit.web.Failure.Cause;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.DefaultCorsProcessor;

/** Refuses a foreign page in the words of everything else. */
final class ProblemCorsProcessor extends DefaultCorsProcessor {

    private final SurfaceErrors errors;

    ProblemCorsProcessor(SurfaceErrors errors) {
        this.errors = errors;
    }

    @Override
    public boolean processRequest(
            @Nullable CorsConfiguration config, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        boolean allowed = super.processRequest(config, request, response);
        if (!allowed) {
            errors.write(request, response, HttpStatus.FORBIDDEN, Cause.OTHER, "This origin may not call here.");
        }
        return allowed;
    }

    @Override
    protected void rejectRequest(ServerHttpResponse response) {
        // Answered above, where the request is known.
    }
}
