package io.rollcall.session;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says that the service is there, in the two ways its clients ask. */
@RestController
@Tag(name = "health")
class StatusController {

    @GetMapping(path = "/", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Which service this is.")
    SequencedMap<String, String> root() {
        var answer = new LinkedHashMap<String, String>();
        answer.put("service", "session-api");
        answer.put("status", "ok");
        return answer;
    }

    @GetMapping(path = "/healthz", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Alive; nothing outside of the process is asked.")
    Map<String, String> healthz() {
        return Map.of("status", "healthy");
    }
}
