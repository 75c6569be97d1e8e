package io.rollcall.session.livekit;

import io.rollcall.session.SessionApiProperties;
import java.net.URI;
import java.time.Duration;

/** Settings as the tests need them. */
final class TestLivekit {

    static final String KEY = "devkey";
    static final String SECRET = "secretsecretsecretsecretsecretsecret";

    private TestLivekit() {}

    static SessionApiProperties.Livekit at(URI url) {
        return at(url, SECRET, Duration.ofSeconds(5));
    }

    static SessionApiProperties.Livekit at(URI url, String secret, Duration timeout) {
        return at(url, secret, timeout, 16, 256);
    }

    static SessionApiProperties.Livekit at(URI url, String secret, Duration timeout, int calls, int waiting) {
        return new SessionApiProperties.Livekit(
                url,
                "ws://127.0.0.1:7880",
                KEY,
                secret,
                timeout,
                calls,
                waiting,
                Duration.ofSeconds(15),
                true,
                Duration.ofHours(24));
    }
}
