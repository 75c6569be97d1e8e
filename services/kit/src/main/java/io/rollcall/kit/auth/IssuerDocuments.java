package io.rollcall.kit.auth;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.rollcall.kit.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the issuer for its keys: every time it is called, and never for longer than the time-out. */
final class IssuerDocuments implements JWKSetSource<SecurityContext> {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerDocuments.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIGURATION = "/.well-known/openid-configuration";

    private final AuthSettings settings;
    private final HttpClient http;
    private volatile @Nullable URI keysAt;
    private volatile @Nullable Boolean answering;
    private volatile JWKSet known = new JWKSet();

    IssuerDocuments(AuthSettings settings) {
        this.settings = settings;
        this.keysAt = settings.jwksUrl();
        this.http = HttpClient.newBuilder()
                .connectTimeout(settings.keys().timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Whether the last question was answered. */
    boolean isAnswering() {
        return Boolean.TRUE.equals(answering);
    }

    /** Whether the last question was not. Before the first one neither is true. */
    boolean isAway() {
        return Boolean.FALSE.equals(answering);
    }

    /** What it answered last. */
    JWKSet known() {
        return known;
    }

    @Override
    public JWKSet getJWKSet(
            @Nullable JWKSetCacheRefreshEvaluator evaluator, long currentTime, @Nullable SecurityContext context)
            throws KeySourceException {
        try {
            JWKSet keys = JWKSet.parse(new String(get(keysAt()), StandardCharsets.UTF_8));
            if (!isAnswering()) {
                LOG.atInfo()
                        .addKeyValue("issuer", settings.issuer())
                        .addKeyValue("keys", keys.size())
                        .log("the issuer of tokens has given its keys");
            }
            answering = true;
            known = keys;
            return keys;
        } catch (IOException | JacksonException e) {
            throw away(new JWKSetRetrievalException("the issuer does not give its keys: " + e.getMessage(), e));
        } catch (ParseException e) {
            throw away(new JWKSetParseException("what the issuer gives are no keys", e));
        }
    }

    private <E extends KeySourceException> E away(E cause) {
        if (!isAway()) {
            LOG.atWarn()
                    .addKeyValue("issuer", settings.issuer())
                    .addKeyValue("reason", String.valueOf(cause.getMessage()))
                    .log("the issuer of tokens does not give its keys; tokens signed with others than those known"
                            + " cannot be checked");
        }
        answering = false;
        // Perhaps they have moved.
        keysAt = settings.jwksUrl();
        return cause;
    }

    private URI keysAt() throws IOException {
        URI known = keysAt;
        if (known != null) {
            return known;
        }
        String issuer = settings.issuer();
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        JsonNode document = JSON.readTree(get(URI.create(base + CONFIGURATION)));
        if (!document.path("issuer").asString("").equals(issuer)) {
            throw new IOException("its openid-configuration is of another issuer");
        }
        String said = document.path("jwks_uri").asString("");
        if (!said.startsWith("https://") && !(said.startsWith("http://") && issuer.startsWith("http://"))) {
            throw new IOException("its openid-configuration has no fit jwks_uri");
        }
        try {
            URI found = URI.create(said);
            keysAt = found;
            return found;
        } catch (IllegalArgumentException e) {
            throw new IOException("its openid-configuration has no fit jwks_uri", e);
        }
    }

    private byte[] get(URI address) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "application/json, application/jwk-set+json")
                .build();
        long most = settings.keys().maxSize().toBytes();
        try {
            HttpResponse<byte[]> answer = WholeAnswer.to(
                    http,
                    request,
                    BodyHandlers.limiting(BodyHandlers.ofByteArray(), most),
                    settings.keys().timeout());
            if (answer.statusCode() != 200) {
                throw new IOException(address + " answers " + answer.statusCode());
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
