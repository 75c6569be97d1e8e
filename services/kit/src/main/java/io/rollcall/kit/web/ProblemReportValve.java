package io.rollcall.kit.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/** Answers what Tomcat refuses before any filter sees it, such as a path it cannot decode. */
public final class ProblemReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = RequestId.accept(request, request.getHeader(RequestId.HEADER));
        HttpStatus known = HttpStatus.resolve(status);
        // Nothing of the request is repeated, so nothing has to be escaped.
        byte[] body = ("{\"title\":\"" + (known == null ? "Error" : known.getReasonPhrase()) + "\",\"status\":" + status
                        + ",\"detail\":\"" + Problem.words(status) + "\",\"requestId\":\"" + escaped(id) + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        try {
            response.setContentType("application/problem+json");
            response.setHeader(RequestId.HEADER, id);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("nobody is there to read the error", e);
        }
    }

    private static String escaped(String id) {
        return id.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
