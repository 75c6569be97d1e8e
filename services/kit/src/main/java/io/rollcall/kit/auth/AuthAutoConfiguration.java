package io.rollcall.kit.auth;

import jakarta.servlet.Filter;
import java.util.List;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Tells every controller who calls. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class AuthAutoConfiguration {

    static {
        // Nobody sends it: it is in no description of a request.
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }

    @Bean
    FilterRegistrationBean<Filter> anonymousCaller() {
        var filter = new FilterRegistrationBean<Filter>((request, response, chain) -> {
            Caller.ANONYMOUS.attachTo(request);
            chain.doFilter(request, response);
        });
        filter.setServletNames(List.of("dispatcherServlet"));
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
