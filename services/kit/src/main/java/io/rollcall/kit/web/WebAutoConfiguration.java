package io.rollcall.kit.web;

import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.json.JsonMapper;

/** The HTTP edge that every service has. */
@AutoConfiguration(before = ErrorMvcAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(WebSettings.class)
public class WebAutoConfiguration {

    private static final String DISPATCHER = "dispatcherServlet";

    @Bean
    FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
        var filter = new FilterRegistrationBean<>(new RequestIdFilter());
        filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<CorsFilter> corsFilter(Origins origins, SurfaceErrors errors) {
        var sources = new UrlBasedCorsConfigurationSource();
        sources.registerCorsConfiguration("/**", origins.cors());
        var cors = new CorsFilter(sources);
        cors.setCorsProcessor(new ProblemCorsProcessor(errors));
        var filter = new FilterRegistrationBean<>(cors);
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }

    @Bean
    FilterRegistrationBean<LiteralPathFilter> literalPathFilter() {
        return beforeTheDispatcher(new LiteralPathFilter(), 2);
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(WebSettings settings, ObjectProvider<BodyLimit> others) {
        return beforeTheDispatcher(
                new BodyLimitFilter(
                        settings.maxBody().toBytes(), others.stream().toList()),
                4);
    }

    private static <F extends jakarta.servlet.Filter> FilterRegistrationBean<F> beforeTheDispatcher(F it, int place) {
        var filter = new FilterRegistrationBean<>(it);
        filter.setServletNames(List.of(DISPATCHER));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + place);
        return filter;
    }

    @Bean
    Origins origins(WebSettings settings) {
        return new Origins(settings.allowedOrigins());
    }

    @Bean
    SurfaceErrors surfaceErrors(ObjectProvider<ErrorShape> shapes, JsonMapper mapper) {
        return new SurfaceErrors(shapes.orderedStream().toList(), mapper);
    }

    @Bean
    ProblemAdvice problemAdvice(SurfaceErrors errors, JsonMapper mapper) {
        return new ProblemAdvice(errors, mapper);
    }

    @Bean
    @ConditionalOnMissingBean(ErrorController.class)
    ProblemErrorController problemErrorController(SurfaceErrors errors) {
        return new ProblemErrorController(errors);
    }

    /** As in {@link OutsideJson}. */
    @Bean
    JsonFactoryBuilderCustomizer namesAreKeptNowhere() {
        return builder -> builder.disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES);
    }

    @Bean
    JsonMapperBuilderCustomizer isoInstants() {
        return builder -> builder.addModule(new IsoInstants());
    }

    @Bean
    WebMvcConfigurer queryArguments() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new QueryArguments());
            }
        };
    }

    /** A slash or backslash within a name stays encoded until Spring has cut the path into its parts. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> namesInPaths() {
        return factory -> {
            factory.addConnectorCustomizers(connector -> {
                connector.setEncodedSolidusHandling("passthrough");
                connector.setEncodedReverseSolidusHandling("passthrough");
            });
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> errorsOfTomcat(SurfaceErrors errors) {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
                // Tomcat would make one of that class itself, were none there; this one knows the shapes.
                host.getPipeline().addValve(new ProblemReportValve(errors));
            }
        });
    }
}
