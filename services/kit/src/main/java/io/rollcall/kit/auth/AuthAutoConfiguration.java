package io.rollcall.kit.auth;

import io.rollcall.kit.web.SurfaceErrors;
import io.rollcall.kit.web.WebAutoConfiguration;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.BeanIds;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Bearer tokens of an OIDC issuer, before every servlet that does not ask for tokens of its own. */
@AutoConfiguration(
        after = WebAutoConfiguration.class,
        before = {ServletWebSecurityAutoConfiguration.class, UserDetailsServiceAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(AuthSettings.class)
public class AuthAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AuthAutoConfiguration.class);

    /** Of every service; metrics are on the management port only, where nothing else is. */
    private static final List<String> ALWAYS_OPEN = List.of(
            "/",
            "/health",
            "/healthz",
            "/readyz",
            "/metrics",
            "/docs",
            "/swagger-ui/**",
            "/v3/api-docs",
            "/v3/api-docs/**",
            "/v3/api-docs.yaml");

    static {
        // Nobody sends it: it is in no description of a request.
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "rollcall.auth.enabled", matchIfMissing = true)
    IssuerKeys issuerKeys(AuthSettings settings) {
        return new IssuerKeys(settings);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "rollcall.auth.enabled", matchIfMissing = true)
    JwtDecoder jwtDecoder(AuthSettings settings, IssuerKeys keys) {
        return TokenDecoder.of(settings, keys);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "rollcall.auth.enabled", matchIfMissing = true)
    IssuedTokens issuedTokens(JwtDecoder decoder, AuthSettings settings) {
        return new IssuedTokens(decoder, settings);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "rollcall.auth.enabled", matchIfMissing = true)
    ApplicationListener<ApplicationReadyEvent> issuerKeysAreAskedFor(IssuerKeys keys) {
        return _ -> Thread.startVirtualThread(keys::warmUp);
    }

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http,
            AuthSettings settings,
            ObjectProvider<JwtDecoder> decoder,
            ObjectProvider<IssuedTokens> issued,
            ObjectProvider<AuthRules> given,
            SurfaceErrors errors) {
        http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                // What may be kept is for each answer to say; the default forbids it for the page's files too.
                .headers(headers -> headers.cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                        .referrerPolicy(it -> it.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterAfter(new CallerFilter(issued.getIfAvailable()), AuthorizationFilter.class);
        if (!settings.enabled()) {
            LOG.warn("authentication is off (AUTH_ENABLED=false): everybody is \"anonymous\" and may do everything");
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
        AuthRules rules = given.getIfAvailable(() -> AuthRules.NONE);
        RequestMatcher open = anyOf(Stream.concat(ALWAYS_OPEN.stream(), rules.open().stream()));
        var tokens = new BearerTokenAuthenticationConverter();
        tokens.setBearerTokenResolver(new TokenInRequest(open, anyOf(rules.tokenInQuery().stream())));
        var refusals = new Refusals(errors);
        var manager = new ProviderManager(new JwtAuthenticationProvider(decoder.getObject()));
        var bearer = new BearerTokenAuthenticationFilter(manager, tokens);
        bearer.setAuthenticationEntryPoint(refusals);
        bearer.setAuthenticationFailureHandler(refusals);
        return http.authenticationManager(manager)
                .addFilter(bearer)
                .exceptionHandling(
                        failures -> failures.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .authorizeHttpRequests(requests -> requests.requestMatchers(open)
                        .permitAll()
                        .requestMatchers(anyOf(rules.admins().stream()))
                        .access(admins(issued.getObject()))
                        .anyRequest()
                        .authenticated())
                .build();
    }

    private static AuthorizationManager<RequestAuthorizationContext> admins(IssuedTokens tokens) {
        return (authentication, _) ->
                new AuthorizationDecision(authentication.get() instanceof JwtAuthenticationToken believed
                        && tokens.caller(believed.getToken()).admin());
    }

    /** Says in the API docs that a token is needed, and where not. */
    @Bean
    @ConditionalOnBooleanProperty(name = "rollcall.auth.enabled", matchIfMissing = true)
    GlobalOpenApiCustomizer bearerInDocs(ObjectProvider<AuthRules> given) {
        Set<String> rules = given.getIfAvailable(() -> AuthRules.NONE).open();
        String scheme = "bearer";
        return api -> {
            api.schemaRequirement(
                    scheme,
                    new SecurityScheme()
                            .type(SecurityScheme.Type.HTTP)
                            .scheme(scheme)
                            .bearerFormat("JWT"));
            api.addSecurityItem(new SecurityRequirement().addList(scheme));
            api.getPaths().forEach((path, item) -> {
                if (ALWAYS_OPEN.contains(path) || rules.contains(path)) {
                    item.readOperations().forEach(operation -> operation.setSecurity(List.of()));
                }
            });
        };
    }

    private static RequestMatcher anyOf(Stream<String> patterns) {
        List<RequestMatcher> matchers = patterns.<RequestMatcher>map(
                        pattern -> PathPatternRequestMatcher.withDefaults().matcher(pattern))
                .toList();
        return matchers.isEmpty() ? _ -> false : new OrRequestMatcher(matchers);
    }

    /** Each filter of the chain timed by itself costs more than all of them do. */
    @Bean
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    HttpFirewall httpFirewall() {
        return new LiteralFirewall();
    }

    /**
     * Before the dispatcher and every servlet that does not see to it itself, and not before the others: they are what
     * has to be fast. Boot's own registration is switched off in the defaults.
     */
    @Bean
    DelegatingFilterProxyRegistrationBean bearerTokens(
            ObjectProvider<AuthRules> given, ObjectProvider<ServletRegistrationBean<?>> servlets) {
        Set<String> own = given.getIfAvailable(() -> AuthRules.NONE).ownTokens();
        var filter = new DelegatingFilterProxyRegistrationBean(BeanIds.SPRING_SECURITY_FILTER_CHAIN);
        filter.setServletNames(servlets.stream()
                .map(ServletRegistrationBean::getServletName)
                .filter(name -> !own.contains(name))
                .toList());
        filter.setDispatcherTypes(DispatcherType.REQUEST);
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 3);
        return filter;
    }

    @Bean
    WebMvcConfigurer callerArgument() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new CallerArgument());
            }
        };
    }
}
