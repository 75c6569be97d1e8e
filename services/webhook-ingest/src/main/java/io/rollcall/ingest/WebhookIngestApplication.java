package io.rollcall.ingest;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The service's main class. */
@SpringBootApplication
@EnableConfigurationProperties(WebhookIngestProperties.class)
public class WebhookIngestApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(WebhookIngestApplication.class, args);
    }
}
