package io.rollcall.gateway;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.rollcall.gateway.channels.ChannelsByName;
import io.rollcall.gateway.connections.ConnectionLimits;
import io.rollcall.gateway.connections.Connections;
import io.rollcall.gateway.connections.GatewayContext;
import io.rollcall.gateway.connections.ScheduledTimers;
import io.rollcall.gateway.dashboard.DashboardAccess;
import io.rollcall.gateway.dashboard.DashboardController;
import io.rollcall.gateway.dashboard.DecisionsController;
import io.rollcall.gateway.dashboard.SignInController;
import io.rollcall.gateway.page.PageFiles;
import io.rollcall.gateway.page.PagePolicy;
import io.rollcall.gateway.protocol.JsonEncoding;
import io.rollcall.gateway.rooms.FeedArchive;
import io.rollcall.gateway.rooms.FeedReader;
import io.rollcall.gateway.rooms.LogProgress;
import io.rollcall.gateway.rooms.RoomChannels;
import io.rollcall.gateway.rooms.RoomDirectory;
import io.rollcall.gateway.stats.QuotaReader;
import io.rollcall.gateway.stats.RecentDecisions;
import io.rollcall.gateway.stats.StatsChannels;
import io.rollcall.gateway.stats.StatsServlet;
import io.rollcall.gateway.stats.StatsSockets;
import io.rollcall.gateway.tokens.ClientTokens;
import io.rollcall.gateway.tokens.TokenVerifier;
import io.rollcall.gateway.websocket.Drainers;
import io.rollcall.gateway.websocket.Traffic;
import io.rollcall.gateway.websocket.WebSocketEndpoint;
import io.rollcall.gateway.websocket.WebSocketServlet;
import io.rollcall.gateway.websocket.WebSocketSettings;
import io.rollcall.kit.auth.AuthRules;
import io.rollcall.kit.auth.AuthSettings;
import io.rollcall.kit.auth.IssuedTokens;
import io.rollcall.kit.health.HealthDetails;
import io.rollcall.kit.kafka.DeadLetterWriter;
import io.rollcall.kit.kafka.DeadLetters;
import io.rollcall.kit.kafka.KafkaSettings;
import io.rollcall.kit.kafka.View;
import io.rollcall.kit.web.Origins;
import io.rollcall.schemas.SchemaRegistry;
import io.rollcall.schemas.Service;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.rooms.Participant;
import io.rollcall.schemas.rooms.Room;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Puts the gateway together. */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {

    private static final String VERSION = "Rollcall";
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final String SMALL = "1024";

    @Bean
    View<Room> roomsView(SchemaRegistry registry, KafkaSettings kafka, DeadLetterWriter deadLetters) {
        return new View<>(Topics.ROOMS, registry, kafka, "ws-gateway").onBadRecord(deadLetters);
    }

    @Bean
    View<Participant> participantsView(SchemaRegistry registry, KafkaSettings kafka, DeadLetterWriter deadLetters) {
        return new View<>(Topics.PARTICIPANTS, registry, kafka, "ws-gateway").onBadRecord(deadLetters);
    }

    @Bean
    RoomDirectory roomDirectory(View<Room> rooms) {
        return new RoomDirectory() {
            @Override
            public long sequence(String roomKey) {
                return rooms.get(roomKey).map(Room::getSequence).orElse(0L);
            }

            @Override
            public String agency(String roomKey) {
                return rooms.get(roomKey).map(Room::getAgency).orElse("");
            }
        };
    }

    @Bean
    LogProgress logProgress(GatewayProperties properties) {
        return new LogProgress(properties.times().catchUp());
    }

    @Bean
    DeadLetterWriter deadLetterWriter(DeadLetters letters, KafkaSettings kafka) {
        return new DeadLetterWriter(letters, kafka);
    }

    @Bean
    FeedArchive feedArchive(GatewayProperties properties, KafkaSettings kafka, SchemaRegistry registry) {
        return new FeedArchive(kafka, registry, properties.rings().replay());
    }

    @Bean
    RoomChannels roomChannels(
            GatewayProperties properties,
            RoomDirectory directory,
            View<Room> rooms,
            FeedArchive archive,
            LogProgress progress) {
        GatewayProperties.Rings rings = properties.rings();
        var channels = new RoomChannels(
                new RoomChannels.Keeps(
                        rings.room(),
                        rings.allRooms(),
                        rings.roomsMemory().toBytes(),
                        rings.allRoomsMemory().toBytes()),
                properties.roomFeedEnabled(),
                directory,
                archive,
                progress::caughtUp);
        rooms.onChange(channels::roomChanged);
        return channels;
    }

    @Bean
    FeedReader feedReader(
            GatewayProperties properties,
            KafkaSettings kafka,
            SchemaRegistry registry,
            RoomChannels channels,
            FeedArchive archive,
            LogProgress progress,
            InstantSource clock,
            DeadLetterWriter deadLetters) {
        return new FeedReader(
                kafka,
                registry,
                channels,
                archive,
                progress,
                properties.roomFeedEnabled(),
                properties.rings().warmUp(),
                clock,
                deadLetters);
    }

    @Bean
    ScheduledTimers timers() {
        return new ScheduledTimers("gateway-timers");
    }

    @Bean
    Drainers drainers(GatewayProperties properties) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Drainers(properties.drainers() == 0 ? processors : properties.drainers());
    }

    @Bean
    Connections connections() {
        return new Connections();
    }

    @Bean
    Traffic traffic() {
        return new Traffic();
    }

    @Bean
    TokenVerifier tokenVerifier(GatewayProperties properties, @Value("${rollcall.local:false}") boolean local) {
        if (!local && properties.tokenSecret().equals(GatewayProperties.DEVELOPMENT_SECRET)) {
            throw new IllegalStateException(
                    "GATEWAY_TOKEN_SECRET is the one that everybody knows: only a local stack (ROLLCALL_LOCAL=true) takes it");
        }
        return new TokenVerifier(properties.tokenSecret());
    }

    @Bean
    ClientTokens clientTokens(TokenVerifier own, ObjectProvider<IssuedTokens> issued) {
        return new ClientTokens(own, issued.getIfAvailable());
    }

    @Bean
    WebSocketEndpoint webSocketEndpoint(
            GatewayProperties properties,
            RoomChannels rooms,
            StatsChannels stats,
            ClientTokens tokens,
            Connections connections,
            ScheduledTimers timers,
            Drainers drainers,
            Traffic traffic,
            InstantSource clock) {
        GatewayProperties.Limits limits = properties.limits();
        GatewayProperties.Times times = properties.times();
        // Which thread asks does not matter, and no thread's generator may be kept.
        RandomGenerator jitter = () -> ThreadLocalRandom.current().nextLong();
        var context = new GatewayContext(
                new ChannelsByName(rooms, stats),
                tokens,
                properties.authEnabled(),
                new ConnectionLimits(
                        limits.channels(),
                        limits.channelName(),
                        limits.userConnections(),
                        properties.rings().page(),
                        times.connect(),
                        times.ping(),
                        times.pong(),
                        times.refreshGrace(),
                        times.catchUp()),
                connections,
                timers,
                clock,
                VERSION,
                () -> UUID.randomUUID().toString(),
                jitter);
        var settings = new WebSocketSettings(
                Math.toIntExact(limits.message().toBytes()),
                Math.toIntExact(limits.queue().toBytes()),
                times.close(),
                LINGER);
        return new WebSocketEndpoint(context, new JsonEncoding(), drainers, settings, traffic);
    }

    @Bean
    OpenDoor openDoor(
            Connections connections,
            StatsSockets statsSockets,
            Traffic traffic,
            FeedReader feeds,
            QuotaReader decisions,
            List<View<?>> views) {
        return new OpenDoor(
                reason -> {
                    connections.closeAll(reason);
                    statsSockets.closeAll(reason);
                },
                traffic,
                () -> feeds.isComplete()
                        && decisions.isComplete()
                        && views.stream().allMatch(view -> view.caughtUp().isDone()));
    }

    @Bean
    ServletRegistrationBean<WebSocketServlet> webSocketServlet(
            WebSocketEndpoint endpoint, Origins origins, OpenDoor door) {
        return new ServletRegistrationBean<>(
                new WebSocketServlet(endpoint, origins, door::isOpen), "/connection/websocket");
    }

    @Bean
    ServletRegistrationBean<StatsServlet> statsServlet(
            WebSocketEndpoint endpoint,
            StatsSockets sockets,
            ClientTokens tokens,
            GatewayProperties properties,
            Origins origins,
            OpenDoor door) {
        return new ServletRegistrationBean<>(
                new StatsServlet(endpoint, sockets, tokens, properties.authEnabled(), origins, door::isOpen),
                "/ws/stream/stats");
    }

    /** The page is for everybody; what it shows is not. */
    @Bean
    AuthRules authRules() {
        return AuthRules.NONE
                .withOpen(
                        "/index.html",
                        "/icon.svg",
                        "/css/**",
                        "/js/**",
                        "/vendor/**",
                        "/dashboard/sign-in",
                        "/dashboard/snapshot",
                        "/dashboard/decisions")
                .withOwnTokens("webSocketServlet", "statsServlet");
    }

    /** Before Spring Boot's own, which then adds none for the same paths. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    PageFiles pageFiles() {
        return new PageFiles();
    }

    @Bean
    FilterRegistrationBean<PagePolicy> pagePolicy() {
        var filter = new FilterRegistrationBean<>(new PagePolicy());
        // The empty pattern is the root and nothing below it.
        filter.addUrlPatterns("", "/index.html", "/icon.svg", "/css/*", "/js/*", "/vendor/*");
        return filter;
    }

    /** Buffers are per connection, idle ones too; what is sent in bulk brings its own. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> smallSocketBuffers() {
        return factory -> factory.addConnectorCustomizers(connector -> {
            connector.setProperty("socket.appReadBufSize", SMALL);
            connector.setProperty("socket.appWriteBufSize", SMALL);
        });
    }

    @Bean
    DashboardAccess dashboardAccess(ClientTokens tokens, GatewayProperties properties, InstantSource clock) {
        return new DashboardAccess(tokens, properties.authEnabled(), clock);
    }

    @Bean
    DecisionsController decisionsController(RecentDecisions decisions, DashboardAccess access, OpenDoor door) {
        return new DecisionsController(decisions, access, door::isReady);
    }

    @Bean
    DashboardController dashboardController(
            View<Room> rooms,
            View<Participant> participants,
            RoomChannels channels,
            DashboardAccess access,
            GatewayProperties properties,
            OpenDoor door,
            InstantSource clock) {
        return new DashboardController(
                rooms,
                participants,
                channels,
                access,
                door::isReady,
                properties.times().snapshot(),
                clock);
    }

    @Bean
    SignInController signInController(GatewayProperties properties, AuthSettings issued) {
        return new SignInController(properties.authEnabled(), issued);
    }

    @Bean
    HealthDetails clientCounts(Connections connections) {
        return () -> {
            Map<String, Integer> counts = new LinkedHashMap<>();
            counts.put("clients", connections.connectedCount());
            counts.put("users", connections.userCount());
            counts.put("subscriptions", connections.subscriptionCount());
            return counts;
        };
    }

    /** In the place of Spring Boot's own. */
    @Bean
    CountedSockets prometheusEndpoint(PrometheusRegistry registry, Traffic traffic, Service service) {
        return new CountedSockets(registry, traffic, service.id());
    }

    @Bean
    MeterBinder gatewayMeters(Connections connections, Traffic traffic, RoomChannels channels) {
        return registry -> {
            Gauge.builder("gateway.connections", connections, Connections::connectedCount)
                    .description("sessions of clients")
                    .register(registry);
            Gauge.builder("gateway.sockets", traffic, Traffic::open)
                    .description("open connections, silent ones too")
                    .register(registry);
            Gauge.builder("gateway.subscriptions", connections, Connections::subscriptionCount)
                    .description("subscriptions of all sessions")
                    .register(registry);
            Gauge.builder("gateway.queue.bytes", traffic, Traffic::queuedBytes)
                    .description("bytes that wait to be sent")
                    .register(registry);
            Gauge.builder("websocket.connections", traffic, Traffic::open)
                    .description("open WebSockets")
                    .register(registry);
            FunctionCounter.builder("gateway.deliveries", channels, RoomChannels::deliveries)
                    .description("publications handed to live subscribers")
                    .register(registry);
            FunctionCounter.builder("gateway.sent.messages", traffic, Traffic::messages)
                    .description("messages given to the network")
                    .register(registry);
            FunctionCounter.builder("gateway.sent.frames", traffic, Traffic::frames)
                    .description("frames they were joined in")
                    .register(registry);
            FunctionCounter.builder("gateway.sent.bytes", traffic, Traffic::bytes)
                    .description("bytes of these messages")
                    .register(registry);
            FunctionCounter.builder("gateway.slow.peers", traffic, Traffic::slowPeers)
                    .description("connections ended because their queue was full")
                    .register(registry);
            FunctionCounter.builder("gateway.cut.offs", traffic, Traffic::cutOffs)
                    .description("connections reset because they did not take the close frame")
                    .register(registry);
        };
    }
}
