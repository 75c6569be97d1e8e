package io.rollcall.session.reads;

import io.rollcall.kit.web.UnavailableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** {@code /rebuild-reads} on the management port: GET says how far, POST to a subject starts. */
@Endpoint(id = "rebuildreads")
final class RebuildEndpoint {

    private static final int ACCEPTED = 202;
    private static final int CONFLICT = 409;

    private final SequencedMap<String, Rebuild<?>> rebuilds = new LinkedHashMap<>();

    RebuildEndpoint(List<Rebuild<?>> rebuilds) {
        rebuilds.forEach(it -> this.rebuilds.put(it.subject(), it));
    }

    /** What was last started in this instance, by subject. */
    @ReadOperation
    Map<String, Rebuild.Status> all() {
        SequencedMap<String, Rebuild.Status> all = new LinkedHashMap<>();
        rebuilds.forEach((subject, rebuild) -> all.put(subject, rebuild.status()));
        return all;
    }

    /** Starts one: 202; 409 with the reason when it cannot be. */
    @WriteOperation
    WebEndpointResponse<Rebuild.Status> start(@Selector String subject) {
        Rebuild<?> rebuild = rebuilds.get(subject);
        if (rebuild == null) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        String refusal;
        try {
            refusal = rebuild.begin();
        } catch (UnavailableException e) {
            return refused("Redis does not answer", WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        }
        return refusal == null ? new WebEndpointResponse<>(rebuild.status(), ACCEPTED) : refused(refusal, CONFLICT);
    }

    private static WebEndpointResponse<Rebuild.Status> refused(String why, int status) {
        return new WebEndpointResponse<>(new Rebuild.Status(Rebuild.State.FAILED, 0, 0, why), status);
    }
}
