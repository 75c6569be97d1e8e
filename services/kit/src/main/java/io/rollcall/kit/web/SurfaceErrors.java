package io.rollcall.kit.web;

import io.rollcall.kit.web.Failure.Cause;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import tools.jackson.databind.json.JsonMapper;

/** Answers every failure in the shape of the surface that was asked. */
public final class SurfaceErrors {

    private static final String RETRY_SOON = "1";

    private final List<Surface> surfaces;
    private final JsonMapper json;

    private record Surface(String prefix, PathPattern pattern, ErrorShape shape) {}

    private static final class ProblemShape implements ErrorShape {

        @Override
        public Set<String> prefixes() {
            return Set.of("");
        }

        @Override
        public Object body(Failure failure) {
            return failure.problem();
        }

        @Override
        public MediaType contentType() {
            return MediaType.APPLICATION_PROBLEM_JSON;
        }
    }

    /**
     * Knows the shapes of a service.
     *
     * @throws IllegalArgumentException when two shapes claim the same prefix, or one is no path
     */
    public SurfaceErrors(List<ErrorShape> shapes, JsonMapper json) {
        this.json = json;
        this.surfaces = Stream.concat(shapes.stream(), Stream.of(new ProblemShape()))
                .flatMap(shape -> shape.prefixes().stream().map(prefix -> surface(prefix, shape)))
                .sorted(Comparator.comparingInt(
                                (Surface surface) -> surface.prefix().length())
                        .reversed())
                .toList();
        Set<String> seen = new HashSet<>();
        String twice = surfaces.stream()
                .map(Surface::prefix)
                .filter(prefix -> !seen.add(prefix))
                .collect(Collectors.joining(", "));
        if (!twice.isEmpty()) {
            throw new IllegalArgumentException("two error shapes claim the prefix " + twice);
        }
    }

    private static Surface surface(String prefix, ErrorShape shape) {
        boolean path = prefix.startsWith("/") && !prefix.endsWith("/");
        if (!path && !(shape instanceof ProblemShape)) {
            throw new IllegalArgumentException("an error shape's prefix is a path such as /v1/things, not " + prefix);
        }
        return new Surface(prefix, PathPatternParser.defaultInstance.parse(prefix + "/**"), shape);
    }

    /** Answers from a filter, a servlet, or anything else before the dispatcher. */
    public void write(HttpServletRequest request, HttpServletResponse response, HttpStatus status, Cause cause)
            throws IOException {
        write(request, response, status, cause, Problem.words(status.value()));
    }

    /** Answers from a filter, a servlet, or anything else before the dispatcher, in words of its own. */
    public void write(
            HttpServletRequest request, HttpServletResponse response, HttpStatus status, Cause cause, String detail)
            throws IOException {
        ResponseEntity<Object> answer = answer(request, ProblemDetail.forStatusAndDetail(status, detail), cause, null);
        response.setStatus(status.value());
        answer.getHeaders().forEach((name, values) -> response.setHeader(name, values.getFirst()));
        response.getOutputStream().write(bytes(answer));
        response.flushBuffer();
    }

    /**
     * The answer to a failure, with the headers that its status needs. The body is written already, so that an answer
     * is the same wherever it comes from.
     */
    ResponseEntity<Object> answer(
            HttpServletRequest request, ProblemDetail problem, Cause cause, @Nullable HttpHeaders given) {
        String path = path(request);
        var failure = new Failure(cause, method(request), path, Problem.complete(request, path, problem));
        ErrorShape shape = shape(path);
        byte[] body = json.writeValueAsBytes(shape.body(failure));
        var headers = new HttpHeaders();
        if (given != null) {
            headers.putAll(given);
        }
        headers.setContentType(shape.contentType());
        headers.setContentLength(body.length);
        if (problem.getStatus() == HttpStatus.SERVICE_UNAVAILABLE.value()
                && !headers.containsHeader(HttpHeaders.RETRY_AFTER)) {
            headers.set(HttpHeaders.RETRY_AFTER, RETRY_SOON);
        }
        return new ResponseEntity<>(body, headers, problem.getStatus());
    }

    static byte[] bytes(ResponseEntity<Object> answer) {
        return answer.getBody() instanceof byte[] bytes ? bytes : new byte[0];
    }

    private ErrorShape shape(String path) {
        PathContainer parsed;
        try {
            parsed = PathContainer.parsePath(path);
        } catch (IllegalArgumentException e) {
            // It cannot be decoded. Its beginning may still tell whose it is.
            parsed = PathContainer.parsePath(path.replace("%", "%25"));
        }
        for (Surface surface : surfaces) {
            if (surface.pattern().matches(parsed)) {
                return surface.shape();
            }
        }
        return surfaces.getLast().shape();
    }

    private static String path(HttpServletRequest request) {
        Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = failed instanceof String uri ? uri : request.getRequestURI();
        return path == null ? "" : path;
    }

    private static String method(HttpServletRequest request) {
        Object failed = request.getAttribute(RequestDispatcher.ERROR_METHOD);
        String method = failed instanceof String name ? name : request.getMethod();
        return method == null ? "" : method;
    }
}
