package io.rollcall.deploy;

import io.rollcall.broker.TopicCreator;
import io.rollcall.schemas.ApicurioRegistry;
import io.rollcall.schemas.IncompatibleSchemaException;
import io.rollcall.schemas.RegistryUnavailableException;
import io.rollcall.schemas.SchemaPublisher;
import io.rollcall.schemas.Topic;
import io.rollcall.schemas.Topics;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Creates the topics of the catalogue and registers their schemas, and ends: with 0 when all is as the catalogue says,
 * with 1 and a sentence when it is not. Doing it again changes nothing.
 */
public final class Deploy {

    private static final Duration REGISTRY_TIMEOUT = Duration.ofSeconds(10);
    private static final int REGISTRY_ATTEMPTS = 3;
    private static final int KAFKA_TIMEOUT_MS = 15_000;

    private Deploy() {}

    /**
     * Takes {@code KAFKA_BOOTSTRAP_SERVERS} and {@code SCHEMA_REGISTRY_URL} from the environment, and {@code
     * QUOTA_LIMIT_TOTAL} where there is one.
     */
    public static void main(String[] arguments) {
        System.exit(run(System.getenv(), System.out, System.err));
    }

    static int run(Map<String, String> environment, PrintStream out, PrintStream err) {
        try {
            createTopics(required(environment, "KAFKA_BOOTSTRAP_SERVERS"), topics(environment), out);
            publishSchemas(URI.create(required(environment, "SCHEMA_REGISTRY_URL")), out);
            return 0;
        } catch (IllegalArgumentException | IllegalStateException | KafkaException | IncompatibleSchemaException e) {
            err.println("not deployed: " + e.getMessage());
            return 1;
        }
    }

    private static List<Topic<?>> topics(Map<String, String> environment) {
        return environment.getOrDefault("QUOTA_LIMIT_TOTAL", "").isBlank() ? Topics.all() : Topics.allWithATotalLimit();
    }

    private static void createTopics(String bootstrapServers, List<Topic<?>> topics, PrintStream out) {
        try (var admin = Admin.create(Map.<String, Object>of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                KAFKA_TIMEOUT_MS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                KAFKA_TIMEOUT_MS))) {
            TopicCreator.Report report = new TopicCreator(admin).create(topics);
            report.created().forEach(topic -> out.println("created topic " + topic));
            report.changed().forEach(change -> out.println("changed topic " + change));
            report.requireSame();
            out.println(topics.size() + " topics are as the catalogue says");
        }
    }

    /** A question that a registry under load has lost is no reason to deploy by hand again; publishing twice is nothing. */
    private static void publishSchemas(URI registryUrl, PrintStream out) {
        for (int attempt = 1; ; attempt++) {
            try {
                tryToPublishSchemas(registryUrl, out);
                return;
            } catch (RegistryUnavailableException e) {
                if (attempt == REGISTRY_ATTEMPTS) {
                    throw e;
                }
                out.println("schemas: " + e.getMessage() + "; trying again");
            }
        }
    }

    private static void tryToPublishSchemas(URI registryUrl, PrintStream out) {
        try (var registry = new ApicurioRegistry(registryUrl, REGISTRY_TIMEOUT)) {
            new SchemaPublisher(registry)
                    .publish(Topics.all())
                    .forEach((subject, id) -> out.println("schema " + subject + " has id " + id));
        }
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        if (value.isBlank()) {
            throw new IllegalArgumentException("the environment variable " + name + " must be set");
        }
        return value;
    }
}
