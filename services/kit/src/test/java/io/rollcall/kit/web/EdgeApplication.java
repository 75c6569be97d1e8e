package io.rollcall.kit.web;

import io.rollcall.kit.auth.AuthRules;
import io.rollcall.kit.auth.Bearer;
import io.rollcall.kit.auth.Caller;
import io.rollcall.kit.health.Readiness;
import io.rollcall.kit.health.ReadinessCheck;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** A service with nothing but an edge. */
@SpringBootApplication
public class EdgeApplication {

    static final AtomicReference<Readiness> KAFKA = new AtomicReference<>(Readiness.up());

    @Bean
    ReadinessCheck kafka() {
        return new ReadinessCheck() {
            @Override
            public String name() {
                return "kafka";
            }

            @Override
            public Readiness check() {
                return KAFKA.get();
            }
        };
    }

    @Bean
    AuthRules authRules() {
        return AuthRules.NONE
                .withOpen("/page/**")
                .withTokenInQuery("/stream/**")
                .withAdmins("/v1/realtime/admin/**", "/admin/**")
                .withOwnTokens("signedHook");
    }

    /** A servlet that looks at signatures of its own. */
    @Bean
    ServletRegistrationBean<HttpServlet> signedHook() {
        return new ServletRegistrationBean<>(
                new HttpServlet() {
                    @Override
                    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                        response.getWriter().print("signed");
                    }
                },
                "/signed-hook");
    }

    @Bean
    ErrorShape realtimeShape() {
        return new RealtimeShape();
    }

    /** A servlet of a service's own, beside the dispatcher's. */
    @Bean
    ServletRegistrationBean<HttpServlet> hook() {
        return new ServletRegistrationBean<>(
                new HttpServlet() {
                    @Override
                    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
                        if (request.getParameter("who") != null) {
                            response.getWriter().print(Caller.of(request).id());
                            return;
                        }
                        if (request.getParameter("fail") != null) {
                            throw new IllegalStateException("SELECT secret FROM io.rollcall.Hidden");
                        }
                        response.setStatus(200);
                        response.getWriter().print(request.getInputStream().readAllBytes().length);
                    }
                },
                "/hook",
                "/v1/realtime/hook");
    }

    enum Kind {
        PHONE,
        SIP
    }

    record Seat(String name, Kind kind, int number) {}

    record Order(List<Seat> seats) {}

    /** A surface with errors of its own. */
    @RestController
    @RequestMapping("/v1/realtime")
    static class Sessions {

        @PostMapping("/orders")
        Order order(@RequestBody Order order) {
            return order;
        }

        @GetMapping("/sessions")
        Map<String, Object> list(Page page, Caller caller) {
            return Map.of("page", page, "caller", caller);
        }

        @GetMapping("/sessions/{id}")
        void session(@PathVariable String id) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "session not found");
        }

        @GetMapping("/fails")
        void fails() {
            throw new IllegalStateException("SELECT secret FROM io.rollcall.Hidden");
        }

        @GetMapping("/away")
        void away() {
            throw new UnavailableException("Kafka does not answer.", Duration.ofSeconds(3));
        }
    }

    @RestController
    static class Things {

        private static final Logger LOG = LoggerFactory.getLogger(Things.class);

        @GetMapping("/me")
        Caller me(Caller caller) {
            LOG.info("asked who it is");
            return caller;
        }

        @GetMapping({"/admin/thing", "/v1/realtime/admin/thing"})
        Caller thing(Caller caller) {
            return caller;
        }

        @GetMapping("/stream")
        Caller stream(Caller caller) {
            LOG.info("asked for a stream");
            return caller;
        }

        @GetMapping("/stream/query")
        String query(HttpServletRequest request) {
            return String.valueOf(request.getQueryString());
        }

        @GetMapping("/stream/onward")
        String onward() {
            return String.valueOf(Bearer.authorization());
        }

        @GetMapping("/page/file")
        String file() {
            return "a file";
        }

        @GetMapping("/x/{name}")
        Map<String, Object> named(@PathVariable String name) {
            LOG.info("asked for");
            return Map.of("name", name, "requestId", String.valueOf(RequestId.current()));
        }

        @GetMapping("/x/{name}/parts")
        Map<String, Object> parts(@PathVariable String name) {
            return Map.of("partsOf", name);
        }

        @GetMapping("/list")
        Map<String, Object> list(Page page, TimeRange range) {
            return Map.of("page", page, "range", range, "at", Instant.parse("2026-01-02T03:04:05Z"));
        }

        @GetMapping("/kinds")
        Kind kind(@RequestParam Kind kind) {
            return kind;
        }

        @PostMapping("/orders")
        Order order(@RequestBody Order order) {
            return order;
        }

        @GetMapping("/fails")
        void fails() {
            throw new IllegalStateException("SELECT secret FROM io.rollcall.Hidden");
        }

        @GetMapping("/away")
        void away() {
            throw new UnavailableException("The state stores are being restored.", Duration.ofSeconds(3));
        }

        @GetMapping("/missing")
        void missing() {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such room.");
        }
    }
}
