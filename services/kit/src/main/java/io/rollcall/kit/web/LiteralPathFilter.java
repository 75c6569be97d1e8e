package io.rollcall.kit.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/**
 * Takes a semicolon in a path for what it is in a name. Spring would cut the name there and look for matrix parameters,
 * which nothing here uses.
 */
final class LiteralPathFilter implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var http = (HttpServletRequest) request;
        chain.doFilter(http.getRequestURI().indexOf(';') < 0 ? http : new Literal(http), response);
    }

    private static final class Literal extends HttpServletRequestWrapper {

        private final String uri;

        Literal(HttpServletRequest request) {
            super(request);
            this.uri = request.getRequestURI().replace(";", "%3B");
        }

        @Override
        public String getRequestURI() {
            return uri;
        }
    }
}
