package io.rollcall.gateway;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.rollcall.gateway.websocket.Traffic;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusOutputFormat;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusScrapeEndpoint;

/**
 * The metrics, with {@code websocket_connections_total} among them. The contract has a gauge {@code websocket_connections}
 * beside it, and Prometheus' own library takes a counter's name without its {@code _total}, so that it has no room for
 * both: this one is written behind what the library writes. Not in protobuf, which no scraper gets unasked.
 */
@WebEndpoint(id = "prometheus")
public final class CountedSockets extends PrometheusScrapeEndpoint {

    private static final String NAME = "websocket_connections_total";
    private static final String END = "# EOF\n";

    private final Traffic traffic;
    private final String service;

    CountedSockets(PrometheusRegistry registry, Traffic traffic, String service) {
        super(registry, new Properties());
        this.traffic = traffic;
        this.service = service;
    }

    @Override
    @ReadOperation(producesFrom = PrometheusOutputFormat.class)
    public WebEndpointResponse<byte[]> scrape(PrometheusOutputFormat format, @Nullable Set<String> includedNames) {
        WebEndpointResponse<byte[]> scraped = super.scrape(format, includedNames);
        byte[] body = scraped.getBody();
        if (body == null
                || format == PrometheusOutputFormat.CONTENT_TYPE_PROTOBUF
                || (includedNames != null && !includedNames.contains(NAME))) {
            return scraped;
        }
        boolean open = format == PrometheusOutputFormat.CONTENT_TYPE_OPENMETRICS_100;
        String text = new String(body, StandardCharsets.UTF_8);
        // A counter of OpenMetrics would have the gauge's name.
        String more = "# TYPE " + NAME + (open ? " unknown\n" : " counter\n") + "# HELP " + NAME
                + " WebSockets that there have been\n" + NAME + "{service=\"" + service + "\"} "
                + (double) traffic.everOpened()
                + "\n";
        String all =
                open && text.endsWith(END) ? text.substring(0, text.length() - END.length()) + more + END : text + more;
        return new WebEndpointResponse<>(all.getBytes(StandardCharsets.UTF_8), format);
    }
}
