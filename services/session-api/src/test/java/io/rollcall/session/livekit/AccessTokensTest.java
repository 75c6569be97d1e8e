package io.rollcall.session.livekit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.interfaces.DecodedJWT;
import io.livekit.server.AccessToken;
import io.livekit.server.CanPublish;
import io.livekit.server.CanPublishData;
import io.livekit.server.CanSubscribe;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomName;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTokensTest {

    private static final long ISSUED = 1_795_000_000L;
    private static final long EXPIRES = ISSUED + 86_400;
    private static final String ROOM = "room_0123456789abcdefghijklmn";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AccessTokens tokens = new AccessTokens(TestLivekit.at(URI.create("http://127.0.0.1:7880")), meters);

    @Test
    void theSameIsTheSameToTheLastByte() {
        String token = tokens.mint("auth0|user-1", ROOM, ISSUED, EXPIRES);

        // What was told once must be told so again by every later version: this text may never change.
        assertThat(token)
                .isEqualTo("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJkZXZrZXkiLCJzdWIiOiJhdXRoMHx1c2V"
                        + "yLTEiLCJpYXQiOjE3OTUwMDAwMDAsIm5iZiI6MTc5NTAwMDAwMCwiZXhwIjoxNzk1MDg2NDAwLCJ2aWR"
                        + "lbyI6eyJyb29tSm9pbiI6dHJ1ZSwicm9vbSI6InJvb21fMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1uIiw"
                        + "iY2FuUHVibGlzaCI6dHJ1ZSwiY2FuU3Vic2NyaWJlIjp0cnVlLCJjYW5QdWJsaXNoRGF0YSI6dHJ1ZX1"
                        + "9.v9dyXxfySGjKV04C0RHadOwSktIBNTRruo2sXvDpeGI");
    }

    @Test
    void saysAllTheContractAsksFor() {
        String token = tokens.mint("auth0|\"Ünïcödé\" / 名前", ROOM, ISSUED, EXPIRES);

        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
        assertThat(claims)
                .isEqualTo("{\"iss\":\"devkey\",\"sub\":\"auth0|\\\"Ünïcödé\\\" / 名前\",\"iat\":1795000000,"
                        + "\"nbf\":1795000000,\"exp\":1795086400,\"video\":{\"roomJoin\":true,\"room\":\"" + ROOM
                        + "\",\"canPublish\":true,\"canSubscribe\":true,\"canPublishData\":true}}");
    }

    @Test
    void saysWhatLivekitsOwnSdkWouldSay() {
        var sdk = new AccessToken(TestLivekit.KEY, TestLivekit.SECRET);
        sdk.setIdentity("user-1");
        sdk.setNotBefore(Date.from(Instant.ofEpochSecond(ISSUED)));
        sdk.setExpiration(Date.from(Instant.ofEpochSecond(EXPIRES)));
        sdk.addGrants(
                new RoomJoin(true),
                new RoomName(ROOM),
                new CanPublish(true),
                new CanSubscribe(true),
                new CanPublishData(true));

        DecodedJWT ours = verified(tokens.mint("user-1", ROOM, ISSUED, EXPIRES));
        DecodedJWT theirs = verified(sdk.toJwt());

        assertThat(ours.getClaim("video").asMap())
                .isEqualTo(theirs.getClaim("video").asMap());
        assertThat(ours.getIssuer()).isEqualTo(theirs.getIssuer());
        assertThat(ours.getSubject()).isEqualTo(theirs.getSubject());
        assertThat(ours.getNotBefore()).isEqualTo(theirs.getNotBefore());
        assertThat(ours.getExpiresAt()).isEqualTo(theirs.getExpiresAt());
        assertThat(ours.getAlgorithm()).isEqualTo(theirs.getAlgorithm());
    }

    @Test
    void aViewerMayWatchAndNothingElse() {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("reservation_id", "r-1");
        attributes.put("agency", "شرطة");

        String token = tokens.mintViewer("viewer_r-1", "camera_gate 1/بوابة", ISSUED, EXPIRES, attributes);

        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
        // What was told once must be told so again by every later version: this text may never change.
        assertThat(claims)
                .isEqualTo("{\"iss\":\"devkey\",\"sub\":\"viewer_r-1\",\"iat\":1795000000,\"nbf\":1795000000,"
                        + "\"exp\":1795086400,\"attributes\":{\"reservation_id\":\"r-1\",\"agency\":\"شرطة\"},"
                        + "\"video\":{\"roomJoin\":true,\"room\":\"camera_gate 1/بوابة\",\"canPublish\":false,"
                        + "\"canSubscribe\":true,\"canPublishData\":false}}");
    }

    @Test
    void differsWithEachOfItsArguments() {
        assertThat(Set.of(
                        tokens.mint("a", "r", ISSUED, EXPIRES),
                        tokens.mint("b", "r", ISSUED, EXPIRES),
                        tokens.mint("a", "s", ISSUED, EXPIRES),
                        tokens.mint("a", "r", ISSUED + 1, EXPIRES),
                        tokens.mint("a", "r", ISSUED, EXPIRES + 1)))
                .hasSize(5);
    }

    @Test
    void isNeverForNobodyOrForEveryRoom() {
        assertThatThrownBy(() -> tokens.mint("", ROOM, ISSUED, EXPIRES)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokens.mint("user-1", "", ISSUED, EXPIRES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isTimed() {
        tokens.mint("user-1", ROOM, ISSUED, EXPIRES);

        assertThat(meters.get("realtime.token.generation.duration").timer().count())
                .isEqualTo(1);
    }

    /** By the library with which LiveKit's Java SDK verifies. */
    private static DecodedJWT verified(String token) {
        return JWT.require(Algorithm.HMAC256(TestLivekit.SECRET))
                .acceptNotBefore(Integer.MAX_VALUE)
                .acceptIssuedAt(Integer.MAX_VALUE)
                .acceptExpiresAt(Integer.MAX_VALUE)
                .build()
                .verify(token);
    }
}
