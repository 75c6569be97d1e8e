package io.rollcall.kit.web;

import io.rollcall.kit.web.Failure.Cause;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what failed outside of any controller, in a filter or a servlet of a service's own. */
@Hidden
@RestController
class ProblemErrorController implements ErrorController {

    private final SurfaceErrors errors;

    ProblemErrorController(SurfaceErrors errors) {
        this.errors = errors;
    }

    @RequestMapping("${server.error.path:${error.path:/error}}")
    ResponseEntity<Object> answer(HttpServletRequest request) {
        // Asked for from outside there is no error to tell: the path is one like any other unknown one.
        return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? errors.answer(request, Problem.of(HttpStatusCode.valueOf(code)), Cause.OTHER, null)
                : errors.answer(request, Problem.of(HttpStatus.NOT_FOUND), Cause.UNKNOWN_ROUTE, null);
    }
}
