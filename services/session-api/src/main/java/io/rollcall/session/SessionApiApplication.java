package io.rollcall.session;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The service's main class. */
@SpringBootApplication
@EnableConfigurationProperties(SessionApiProperties.class)
public class SessionApiApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(SessionApiApplication.class, args);
    }
}
