package io.rollcall.session.cameras.ptz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rollcall.schemas.cameras.Camera;
import io.rollcall.session.cameras.domain.StreamUrl;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that speaks the protocol and verifies every digest. */
class OnvifDriverTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String PROFILE = "ProfileToken=main & \"1\"";

    private final CameraSecrets secrets =
            new CameraSecrets("one-of-our-own-that-nobody-else-knows", new SecureRandom());
    private final TestCamera server = TestCamera.start("ad min", "p@ss<&>");
    private final OnvifDriver driver = driver("127.0.0.1");

    @AfterEach
    void close() {
        driver.close();
        server.close();
    }

    private OnvifDriver driver(String permitted) {
        return new OnvifDriver(
                new AllowedHosts(List.of(permitted)),
                secrets,
                Duration.ofSeconds(10),
                InstantSource.system(),
                new SecureRandom());
    }

    private Camera camera(String url, String more) {
        StreamUrl stream = StreamUrl.of("rtsp://ad%20min:p%40ss<&>@cam/1");
        return Camera.newBuilder()
                .setCameraId("cam-1")
                .setUpdatedAt(Instant.parse("2026-11-25T12:00:00Z"))
                .setRtspUrl(stream.masked().text())
                .setRtspSecret(ByteBuffer.wrap(secrets.seal("cam-1", stream).bytes()))
                .setPtzEnabled(true)
                .setMetadata("{\"onvif_url\":\"" + url + "\"" + more + "}")
                .build();
    }

    private void drive(Motion motion) {
        driver.drive(camera(server.url(), ""), motion, 0.5, PATIENCE);
    }

    private static void fails(Kind kind, String words, Runnable drive) {
        PtzException failure = catchThrowableOfType(PtzException.class, drive::run);
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining(words);
        assertThat(failure.getMessage()).doesNotContain("p@ss");
    }

    @Test
    void everyMotionIsItsRequestWithTheFirstProfileThatHasMotors() {
        drive(new Motion.Move(-0.5, 0, 0));
        drive(new Motion.Move(0, 1, 0));
        drive(new Motion.Move(0, 0, -0.25));
        drive(new Motion.ToPreset(7));
        drive(new Motion.Home());
        drive(new Motion.Stop());

        assertThat(server.moves())
                .containsExactly(
                        "ContinuousMove " + PROFILE + " PanTilt=-0.5,0.0 Timeout=PT10S",
                        "ContinuousMove " + PROFILE + " PanTilt=0.0,1.0 Timeout=PT10S",
                        "ContinuousMove " + PROFILE + " Zoom=-0.25 Timeout=PT10S",
                        "GotoPreset " + PROFILE + " PresetToken=7",
                        "GotoHomePosition " + PROFILE,
                        "Stop " + PROFILE + " PanTilt=true Zoom=true");
        assertThat(server.asked())
                .as("what a camera is like is asked once")
                .startsWith(
                        "/onvif/device_service GetSystemDateAndTime",
                        "/onvif/device_service GetCapabilities Category=All",
                        "/onvif/media GetProfiles")
                .hasSize(3 + 6);
    }

    @Test
    void aNamedProfileIsTaken() {
        driver.drive(camera(server.url(), ",\"onvif_profile\":\"second\""), new Motion.Home(), 0.5, PATIENCE);
        assertThat(server.moves()).containsExactly("GotoHomePosition ProfileToken=second");
        assertThat(server.asked()).noneMatch(it -> it.contains("GetProfiles"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-200_000, 200_000})
    void aClockThatIsWrongByDaysIsAllowedFor(int seconds) {
        server.isAhead(Duration.ofSeconds(seconds));
        drive(new Motion.Stop());
        assertThat(server.moves()).hasSize(1);
    }

    @Test
    void aClockThatIsSetMeanwhileIsAskedAgain() {
        drive(new Motion.Stop());
        server.isAhead(Duration.ofHours(3));
        drive(new Motion.Stop());
        assertThat(server.moves()).hasSize(2);
    }

    @Test
    void aCameraBehindARouterIsAskedWhereItWasFound() {
        server.callsItself("192.168.1.10");
        drive(new Motion.Stop());
        assertThat(server.moves()).hasSize(1);
    }

    @Test
    void aCameraThatDoesNotTellItsServicesHasThemAllInOnePlace() {
        server.keepsItsServicesToItself();
        drive(new Motion.Stop());
        assertThat(server.asked()).last().asString().startsWith("/onvif/device_service Stop");
    }

    @Test
    void aWrongPasswordIsARefusal() {
        try (TestCamera other = TestCamera.start("ad min", "another")) {
            fails(
                    Kind.FAILED,
                    "NotAuthorized",
                    () -> driver.drive(camera(other.url(), ""), new Motion.Stop(), 0.5, PATIENCE));
        }
    }

    @Test
    void aFaultIsARefusalAndWhatIsKnownIsAskedAgain() {
        server.refuse("NoProfile");
        fails(Kind.FAILED, "NoProfile", () -> drive(new Motion.Home()));
        fails(Kind.FAILED, "NoProfile", () -> drive(new Motion.Home()));
        server.refuse("");
        drive(new Motion.Home());
        assertThat(server.asked()).filteredOn(it -> it.contains("GetProfiles")).hasSize(2);
    }

    @Test
    void aSilentCameraIsGivenUpInTime() {
        server.keepSilent();
        fails(
                Kind.TIMED_OUT,
                "in time",
                () -> driver.drive(camera(server.url(), ""), new Motion.Stop(), 0.5, Duration.ofMillis(300)));
    }

    @Test
    void aCameraThatIsNotThereIsNotReached() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        fails(
                Kind.FAILED,
                "not reachable",
                () -> driver.drive(
                        camera("http://127.0.0.1:" + port + "/onvif", ""), new Motion.Stop(), 0.5, PATIENCE));
    }

    @Test
    void aHostThatIsNotPermittedIsNotAsked() {
        for (String permitted : List.of("10.0.0.0/8", "cam.example", "")) {
            try (OnvifDriver careful = driver(permitted)) {
                fails(
                        Kind.FAILED,
                        "permit",
                        () -> careful.drive(camera(server.url(), ""), new Motion.Stop(), 0.5, PATIENCE));
                fails(
                        Kind.FAILED,
                        "permit",
                        () -> careful.drive(
                                camera(server.url().replace("127.0.0.1", "localhost"), ""),
                                new Motion.Stop(),
                                0.5,
                                PATIENCE));
            }
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void anEntityInAnAnswerIsNotRead(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "StopResponse");
        server.answerNonsense("<!DOCTYPE x [<!ENTITY f SYSTEM \"" + secret.toUri() + "\">]>"
                + "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><StopResponse>&f;"
                + "</StopResponse></e:Body></e:Envelope>");
        fails(Kind.FAILED, "no XML", () -> drive(new Motion.Stop()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html/>", "hello", "<e:Envelope xmlns:e=\"x\"><e:Body><Other/></e:Body></e:Envelope>"})
    void whatIsNoAnswerIsAFailure(String nonsense) {
        server.answerNonsense(nonsense);
        fails(Kind.FAILED, "it", () -> drive(new Motion.Stop()));
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        server.answerNonsense("<a>" + "x".repeat(2 * 1024 * 1024) + "</a>");
        fails(Kind.FAILED, "too long", () -> drive(new Motion.Stop()));
    }

    @Test
    void withoutAnAddressACameraHasNoMotors() {
        fails(Kind.UNSUPPORTED, "onvif_url", () -> driver.check(camera("ftp://cam", "")));
        fails(
                Kind.UNSUPPORTED,
                "onvif_url",
                () -> driver.check(Camera.newBuilder().setMetadata("{}").build()));
    }

    @Test
    void aSecretOfAnotherKeyIsAFailure() {
        Camera camera = camera(server.url(), "");
        camera.setCameraId("cam-2");
        fails(Kind.FAILED, "secret", () -> driver.drive(camera, new Motion.Stop(), 0.5, PATIENCE));
    }
}
