package io.rollcall.gateway;

import static org.awaitility.Awaitility.await;

import io.rollcall.schemas.SchemaRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The service in this JVM, on free ports, with the door open. */
final class RunningGateway implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private RunningGateway(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningGateway start(String bootstrapServers, SchemaRegistry registry, String... settings) {
        return start(0, bootstrapServers, registry, settings);
    }

    static RunningGateway start(int port, String bootstrapServers, SchemaRegistry registry, String... settings) {
        var all = new ArrayList<>(List.of(
                "--server.port=" + port,
                "--management.server.port=0",
                "--rollcall.kafka.bootstrap-servers=" + bootstrapServers));
        if (Stream.of(settings).noneMatch(it -> it.startsWith("--rollcall.auth."))) {
            all.add("--rollcall.auth.enabled=false");
        }
        all.addAll(List.of(settings));
        if (all.stream().noneMatch(it -> it.startsWith("--rollcall.gateway.auth-enabled="))) {
            all.add("--rollcall.gateway.auth-enabled=false");
        }
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        var gateway = new RunningGateway(new SpringApplicationBuilder(GatewayApplication.class)
                .initializers(withRegistry)
                .run(all.toArray(String[]::new)));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> gateway.context.getBean(OpenDoor.class).isOpen());
        return gateway;
    }

    int port() {
        return Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port", Integer.class));
    }

    /** What the metrics say, one line each. */
    List<String> metrics() {
        int management =
                Objects.requireNonNull(context.getEnvironment().getProperty("local.management.port", Integer.class));
        return ask(management, "/metrics").body().lines().toList();
    }

    /** Asks for something, with headers given as name, value, name, value. */
    HttpResponse<String> get(String path, String... headers) {
        return ask(port(), path, headers);
    }

    private static HttpResponse<String> ask(int port, String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends it early; closing it once more does nothing. */
    void stop() {
        context.close();
    }

    @Override
    public void close() {
        context.close();
    }
}
