package io.rollcall.ingest;

import static org.awaitility.Awaitility.await;

import io.rollcall.ingest.recording.Recorder;
import io.rollcall.schemas.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The service in this JVM, on free ports. */
final class RunningService implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private RunningService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningService start(String bootstrapServers, Path data, SchemaRegistry registry, String... settings) {
        var all = new ArrayList<>(List.of(
                "--server.port=0",
                "--management.server.port=0",
                "--rollcall.kafka.bootstrap-servers=" + bootstrapServers,
                "--rollcall.ingest.local=true",
                "--rollcall.ingest.api-key=" + Capture.API_KEY,
                "--rollcall.ingest.api-secret=" + Capture.API_SECRET,
                "--rollcall.ingest.spool.folder=" + data.resolve("spool")));
        if (Stream.of(settings).noneMatch(it -> it.startsWith("--rollcall.auth."))) {
            all.add("--rollcall.auth.enabled=false");
        }
        all.addAll(List.of(settings));
        ApplicationContextInitializer<ConfigurableApplicationContext> withRegistry =
                context -> ((GenericApplicationContext) context).registerBean(SchemaRegistry.class, () -> registry);
        return new RunningService(new SpringApplicationBuilder(WebhookIngestApplication.class)
                .initializers(withRegistry)
                .run(all.toArray(String[]::new)));
    }

    int port() {
        return port("local.server.port");
    }

    private int port(String name) {
        return Objects.requireNonNull(context.getEnvironment().getProperty(name, Integer.class));
    }

    Recorder recorder() {
        return context.getBean(Recorder.class);
    }

    void awaitDirect() {
        await().atMost(Duration.ofSeconds(30)).until(() -> recorder().mode() == Recorder.Mode.DIRECT);
    }

    Http.Answer get(String path) {
        return get(port(), path);
    }

    Http.Answer management(String path) {
        return get(port("local.management.port"), path);
    }

    private static Http.Answer get(int port, String path) {
        try (var http = new Http(port)) {
            http.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return http.answer();
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
