package io.rollcall.ingest.webhooks.http;

import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.springframework.boot.tomcat.TomcatContextCustomizer;

/**
 * Gives the hot path a context of its own beside Spring's, on the same connector: the filters that Spring's world needs
 * (observations, request scope, character encodings, cross-origin rules) cost more than all that a webhook needs.
 */
public final class WebhookContext implements TomcatContextCustomizer {

    private final WebhookServlet servlet;

    /** Serves {@code /webhooks/livekit} with this. */
    public WebhookContext(WebhookServlet servlet) {
        this.servlet = servlet;
    }

    @Override
    public void customize(Context spring) {
        Container host = spring.getParent();
        var context = new StandardContext();
        context.setName("/webhooks");
        context.setPath("/webhooks");
        // What Tomcat's own listener does for embedded contexts, without the authenticator that it adds.
        context.addLifecycleListener(event -> {
            if (event.getType().equals(Lifecycle.CONFIGURE_START_EVENT)) {
                context.setConfigured(true);
            }
        });
        context.setParentClassLoader(getClass().getClassLoader());
        context.setMapperContextRootRedirectEnabled(false);
        Wrapper wrapper = context.createWrapper();
        wrapper.setName("livekit");
        wrapper.setServlet(servlet);
        wrapper.setAsyncSupported(true);
        wrapper.setLoadOnStartup(1);
        context.addChild(wrapper);
        context.addServletMappingDecoded("/livekit", "livekit");
        host.addChild(context);
    }
}
