package io.rollcall.kit.auth;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The issuer's public keys: kept, renewed beside the requests, asked for anew when a token names one that is not known,
 * and kept on while the issuer is away.
 */
final class IssuerKeys implements JWKSource<SecurityContext>, Closeable {

    private final IssuerDocuments issuer;
    private final JWKSource<SecurityContext> kept;
    private final Semaphore asking = new Semaphore(1);

    IssuerKeys(AuthSettings settings) {
        AuthSettings.Keys keys = settings.keys();
        long timeout = keys.timeout().toMillis();
        this.issuer = new IssuerDocuments(settings);
        this.kept = JWKSourceBuilder.create(issuer)
                .cache(keys.lifetime().toMillis(), timeout)
                .refreshAheadCache(
                        timeout * 2,
                        null,
                        Executors.newVirtualThreadPerTaskExecutor(),
                        true,
                        Executors.newSingleThreadScheduledExecutor(
                                Thread.ofPlatform().daemon().name("auth-keys").factory()),
                        true)
                .rateLimited(keys.interval().toMillis())
                .outageTolerant(keys.outage().toMillis())
                .build();
    }

    /**
     * The keys that may have signed a token; none when the issuer has no such key.
     *
     * @throws KeySourceException when that cannot be told now, because the issuer is away
     */
    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        boolean alone = issuer.isAway() && selector.select(issuer.known()).isEmpty();
        if (alone && !asking.tryAcquire()) {
            // One at a time finds out whether it is back. Who has a known key is none of those who wait.
            throw new JWKSetUnavailableException("the issuer is being asked already");
        }
        List<JWK> found;
        try {
            found = kept.get(selector, context);
        } catch (RateLimitReachedException e) {
            if (!issuer.isAnswering()) {
                throw e;
            }
            // It was asked a moment ago.
            found = List.of();
        } finally {
            if (alone) {
                asking.release();
            }
        }
        if (found.isEmpty() && !issuer.isAnswering()) {
            throw new JWKSetUnavailableException("the issuer is away, and the key is not among those known");
        }
        return found;
    }

    /** Asks before the first token comes, so that the first caller does not wait and a mistake is seen in the log. */
    void warmUp() {
        try {
            get(new JWKSelector(new JWKMatcher.Builder().build()), null);
        } catch (KeySourceException e) {
            // Said in the log already; the next token asks again.
        }
    }

    @Override
    public void close() throws IOException {
        if (kept instanceof JWKSetBasedJWKSource<SecurityContext> closeable) {
            closeable.close();
        }
    }
}
