package io.rollcall.kit.web;

import io.rollcall.kit.web.Failure.Cause;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;

/** Answers what Tomcat refuses before any filter sees it, such as a path it cannot decode. */
final class ProblemReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);

    private final SurfaceErrors errors;

    ProblemReportValve(SurfaceErrors errors) {
        this.errors = errors;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = RequestId.accept(request, request.getHeader(RequestId.HEADER));
        var answer = errors.answer(request, Problem.of(HttpStatusCode.valueOf(status)), Cause.OTHER, null);
        try {
            answer.getHeaders().forEach((name, values) -> response.setHeader(name, values.getFirst()));
            response.setHeader(RequestId.HEADER, id);
            response.getOutputStream().write(SurfaceErrors.bytes(answer));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("nobody is there to read the error", e);
        }
    }
}
