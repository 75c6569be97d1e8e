package io.rollcall.kit.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/** Problem details (RFC 9457) with the request's id, and words that give nothing away. */
final class Problem {

    private Problem() {}

    static ProblemDetail of(HttpStatusCode status) {
        return ProblemDetail.forStatusAndDetail(status, words(status.value()));
    }

    static ProblemDetail complete(HttpServletRequest request, String path, ProblemDetail problem) {
        if (problem.getDetail() == null) {
            problem.setDetail(words(problem.getStatus()));
        }
        problem.setProperty("requestId", RequestId.of(request));
        if (problem.getInstance() == null && !path.isEmpty()) {
            try {
                problem.setInstance(URI.create(path));
            } catch (IllegalArgumentException e) {
                // A relaxed character in the path: the caller knows what it asked for.
            }
        }
        return problem;
    }

    static String words(int status) {
        return switch (status) {
            case 400 -> "The request is malformed.";
            case 401 -> "A token that is in force is needed.";
            case 403 -> "This is not allowed.";
            case 404 -> "There is nothing at this path.";
            case 405 -> "The method is not allowed here.";
            case 406 -> "None of the accepted media types can be given.";
            case 413 -> "The body is too large; send less in one request.";
            case 415 -> "The body's content type is not supported here.";
            case 503 -> "Not available now; try again.";
            default -> {
                HttpStatus known = HttpStatus.resolve(status);
                yield status >= 500
                        ? "Something went wrong here; the log knows more under the request id."
                        : known == null ? "The request was refused." : known.getReasonPhrase();
            }
        };
    }
}
