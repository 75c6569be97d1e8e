package io.rollcall.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.ResourcePropertySource;

/**
 * Puts the defaults that every service shares below everything else, so that a service's own files and the environment
 * win. The management port is the service's port + 1000 unless it is said.
 */
public final class KitDefaults implements EnvironmentPostProcessor {

    private static final int MANAGEMENT_OFFSET = 1000;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        try {
            environment
                    .getPropertySources()
                    .addLast(new ResourcePropertySource(
                            "rollcall-defaults", new ClassPathResource("rollcall-defaults.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!environment.containsProperty("management.server.port")) {
            int port = environment.getProperty("server.port", Integer.class, 8080);
            int management = port <= 0 ? port : port + MANAGEMENT_OFFSET;
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource(
                            "rollcall-management-port", Map.of("management.server.port", management)));
        }
    }
}
