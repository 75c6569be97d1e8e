package io.rollcall.kit.web;

import io.rollcall.kit.log.LogKeys;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Gives every request its id, in the answer and on the log lines. Runs first, for errors and async dispatches too. */
final class RequestIdFilter implements Filter {

    private static final Logger LOG = LoggerFactory.getLogger(RequestIdFilter.class);

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String id = RequestId.accept(request, ((HttpServletRequest) request).getHeader(RequestId.HEADER));
        ((HttpServletResponse) response).setHeader(RequestId.HEADER, id);
        MDC.put(LogKeys.CORRELATION_ID, id);
        try {
            chain.doFilter(request, response);
        } catch (ServletException | RuntimeException e) {
            // Tomcat would log it after the id is gone, and under a name of its own.
            LOG.atError()
                    .addKeyValue(LogKeys.PATH, ((HttpServletRequest) request).getRequestURI())
                    .setCause(e)
                    .log("a request failed");
            if (response.isCommitted()) {
                throw e;
            }
            ((HttpServletResponse) response).sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        } finally {
            MDC.remove(LogKeys.CORRELATION_ID);
        }
    }
}
