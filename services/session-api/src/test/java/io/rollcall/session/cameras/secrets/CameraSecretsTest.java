package io.rollcall.session.cameras.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class CameraSecretsTest {

    private static final StreamUrl URL = StreamUrl.of("rtsp://admin:pa55@cam/x?token=t0k&ch=1");

    private final CameraSecrets secrets =
            new CameraSecrets("one-of-our-own-that-nobody-else-knows", new SecureRandom());

    @Test
    void whatWasSealedOpensAtItsCameraOnly() {
        Sealed sealed = secrets.seal("cam-1", URL);

        assertThat(secrets.open("cam-1", URL.masked(), sealed)).isEqualTo(URL);
        assertThatThrownBy(() -> secrets.open("cam-2", URL.masked(), sealed))
                .isInstanceOf(UnreadableSecretException.class);
    }

    @Test
    void anotherInstanceWithTheSameKeyOpensItAndAnotherKeyDoesNot() {
        Sealed sealed = secrets.seal("cam-1", URL);
        var instance = new CameraSecrets("one-of-our-own-that-nobody-else-knows", new SecureRandom());
        var stranger = new CameraSecrets("one-of-our-own-that-nobody-else-kn0ws", new SecureRandom());

        assertThat(instance.open("cam-1", URL.masked(), sealed)).isEqualTo(URL);
        assertThatThrownBy(() -> stranger.open("cam-1", URL.masked(), sealed))
                .isInstanceOf(UnreadableSecretException.class);
    }

    @Test
    void oneChangedBitIsNoticed() {
        byte[] bytes = secrets.seal("cam-1", URL).bytes().clone();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
            var changed = new Sealed(bytes.clone());
            assertThatThrownBy(() -> secrets.open("cam-1", URL.masked(), changed))
                    .isInstanceOf(UnreadableSecretException.class);
            bytes[i] ^= 1;
        }
        assertThatThrownBy(() -> secrets.open("cam-1", URL.masked(), new Sealed(new byte[0])))
                .isInstanceOf(UnreadableSecretException.class);
    }

    @Test
    void theSameSealedTwiceIsNotTheSameAndShowsNothing() {
        Sealed one = secrets.seal("cam-1", URL);

        assertThat(one).isNotEqualTo(secrets.seal("cam-1", URL));
        assertThat(new String(one.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("admin", "pa55", "t0k");
        assertThat(one.toString()).matches("Sealed\\[\\d+ bytes]");
    }

    @Test
    void aDigestNeedsTheKey() {
        byte[] body = "body".getBytes(StandardCharsets.UTF_8);
        var stranger = new CameraSecrets("one-of-our-own-that-nobody-else-kn0ws", new SecureRandom());
        assertThat(secrets.fingerprint(body)).isEqualTo(secrets.fingerprint(body));
        assertThat(secrets.fingerprint(body)).isNotEqualTo(stranger.fingerprint(body));
    }
}
