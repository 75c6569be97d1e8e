package io.rollcall.quota;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The service's main class. */
@SpringBootApplication
@EnableConfigurationProperties(QuotaCounterProperties.class)
public class QuotaCounterApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(QuotaCounterApplication.class, args);
    }
}
