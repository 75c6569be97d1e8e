package io.rollcall.local;

import io.rollcall.sim.webhooks.WebhookSigner;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where webhooks go and how they are signed, for the commands that send some. */
final class Webhooks {

    @Option(
            names = "--to",
            paramLabel = "URL",
            description = "Where to post them (default: the stack's webhook-ingest).")
    private URI target = URI.create("http://127.0.0.1:" + Ports.usual().webhookIngest() + "/webhooks/livekit");

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description = "Who signs them (default: LIVEKIT_API_KEY, else the key of the local stack).")
    private @Nullable String apiKey;

    /** Where to post them. */
    URI target() {
        return target;
    }

    /** The secret comes from the environment only: a command line is seen by everybody on the machine. */
    WebhookSigner signer() {
        return new WebhookSigner(
                apiKey != null ? apiKey : System.getenv().getOrDefault("LIVEKIT_API_KEY", Development.LIVEKIT_API_KEY),
                System.getenv().getOrDefault("LIVEKIT_API_SECRET", Development.LIVEKIT_API_SECRET));
    }
}
