package io.rollcall.presence;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The service's main class. */
@SpringBootApplication
@EnableConfigurationProperties(PresenceHistoryProperties.class)
public class PresenceHistoryApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(PresenceHistoryApplication.class, args);
    }
}
