package io.rollcall.session.cameras.ptz;

import io.rollcall.kit.web.OutsideJson;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.session.cameras.domain.Sealed;
import io.rollcall.session.cameras.domain.StreamUrl;
import io.rollcall.session.cameras.domain.StreamUrl.Login;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import io.rollcall.session.cameras.secrets.CameraSecrets;
import io.rollcall.session.cameras.secrets.UnreadableSecretException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Moves cameras that speak ONVIF. What a camera is like (its services, its profile, how wrong its clock is) is asked
 * once and remembered for ten minutes, and asked again when it refuses what follows from it.
 *
 * <p>Its services are asked at the host that {@code metadata.onvif_url} names, whatever the camera says of itself: behind
 * a router it does not know its own address, and another one was permitted to nobody.
 */
public final class OnvifDriver implements PtzDriver, AutoCloseable {

    private static final String DEVICE = "http://www.onvif.org/ver10/device/wsdl";
    private static final String MEDIA = "http://www.onvif.org/ver10/media/wsdl";
    private static final String PTZ = "http://www.onvif.org/ver20/ptz/wsdl";
    private static final String SCHEMA = "http://www.onvif.org/ver10/schema";
    private static final String NOT_AUTHORIZED = "NotAuthorized";
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MAX_REMEMBERED = 10_000;
    private static final int NONCE = 20;

    private final AllowedHosts hosts;
    private final CameraSecrets secrets;
    private final Duration moveTimeout;
    private final InstantSource clock;
    private final SecureRandom random;
    private final PtzHttp http;
    private final JsonMapper json = OutsideJson.mapper();
    private final Map<String, Known> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    private record Known(HttpUrl ptz, String profile, Duration skew, Instant until) {}

    /** A fault with its codes. */
    private static final class Fault extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String code;

        Fault(List<String> codes) {
            super(String.join("/", codes));
            this.code = codes.getLast();
        }
    }

    /**
     * Asks cameras at these hosts only.
     *
     * @param moveTimeout after which a camera stops by itself
     */
    public OnvifDriver(
            AllowedHosts hosts, CameraSecrets secrets, Duration moveTimeout, InstantSource clock, SecureRandom random) {
        this.hosts = hosts;
        this.secrets = secrets;
        this.moveTimeout = moveTimeout;
        this.clock = clock;
        this.random = random;
        this.http = new PtzHttp(hosts);
    }

    @Override
    public String name() {
        return "onvif";
    }

    @Override
    public void check(Camera camera) {
        if (address(camera).isEmpty()) {
            throw new PtzException(Kind.UNSUPPORTED, "metadata.onvif_url is no http address");
        }
    }

    @Override
    public void drive(Camera camera, Motion motion, double speed, Duration patience) {
        HttpUrl device = address(camera)
                .orElseThrow(() -> new PtzException(Kind.UNSUPPORTED, "metadata.onvif_url is no http address"));
        if (!hosts.mayBe(device.host())) {
            throw new PtzException(Kind.FAILED, "PTZ_ALLOWED_HOSTS does not permit its host");
        }
        var talk = new Talk(login(camera), System.nanoTime() + patience.toNanos());
        String key = camera.getCameraId() + "\n" + camera.getUpdatedAt() + "\n" + device;
        try {
            Known before = remembered(key);
            if (before == null) {
                talk.move(learned(key, camera, device, talk), motion);
            } else {
                moveAsKnown(key, camera, device, talk, before, motion);
            }
        } catch (Fault e) {
            throw new PtzException(Kind.FAILED, "it refused: " + e.getMessage(), e);
        }
    }

    /** Its clock may have been set since. */
    private void moveAsKnown(String key, Camera camera, HttpUrl device, Talk talk, Known before, Motion motion) {
        try {
            talk.move(before, motion);
        } catch (Fault e) {
            known.remove(key);
            if (!e.code.equals(NOT_AUTHORIZED)) {
                throw e;
            }
            talk.move(learned(key, camera, device, talk), motion);
        }
    }

    private @Nullable Known remembered(String key) {
        Known it = known.get(key);
        return it == null || it.until().isBefore(clock.instant()) ? null : it;
    }

    private Known learned(String key, Camera camera, HttpUrl device, Talk talk) {
        talk.skew = talk.skew(device);
        Optional<Element> capabilities = talk.capabilities(device);
        HttpUrl media = service(device, capabilities, "Media");
        HttpUrl ptz = service(device, capabilities, "PTZ");
        JsonNode named = json.readTree(camera.getMetadata()).path("onvif_profile");
        String profile = named.isString() && !named.asString().isEmpty() ? named.asString() : talk.profile(media);
        var it = new Known(ptz, profile, talk.skew, clock.instant().plus(REMEMBERED));
        known.put(key, it);
        return it;
    }

    /** Of what a camera says of its services the path counts, and the port where it knows its own address. */
    private static HttpUrl service(HttpUrl device, Optional<Element> capabilities, String name) {
        HttpUrl said = capabilities
                .flatMap(it -> Soap.path(it, name, "XAddr"))
                .map(it -> HttpUrl.parse(it.getTextContent().strip()))
                .orElse(null);
        if (said == null) {
            return device;
        }
        int port = said.host().equals(device.host()) ? said.port() : device.port();
        return device.newBuilder()
                .port(port)
                .encodedPath(said.encodedPath())
                .encodedQuery(said.encodedQuery())
                .build();
    }

    private Optional<HttpUrl> address(Camera camera) {
        JsonNode url = json.readTree(camera.getMetadata()).path("onvif_url");
        return url.isString() ? Optional.ofNullable(HttpUrl.parse(url.asString())) : Optional.empty();
    }

    private @Nullable Login login(Camera camera) {
        ByteBuffer secret = camera.getRtspSecret();
        if (secret == null) {
            return null;
        }
        byte[] bytes = new byte[secret.remaining()];
        secret.duplicate().get(bytes);
        try {
            return secrets.open(camera.getCameraId(), new StreamUrl(camera.getRtspUrl()), new Sealed(bytes))
                    .login()
                    .orElse(null);
        } catch (UnreadableSecretException e) {
            throw new PtzException(Kind.FAILED, "its secret cannot be read with this CAMERA_SECRETS_KEY", e);
        }
    }

    /** Questions to one camera, all of them before one deadline. */
    private final class Talk {

        private final @Nullable Login login;
        private final long deadline;
        private Duration skew = Duration.ZERO;

        Talk(@Nullable Login login, long deadline) {
            this.login = login;
            this.deadline = deadline;
        }

        void move(Known camera, Motion motion) {
            skew = camera.skew();
            String profile = "<ProfileToken>" + Soap.escaped(camera.profile()) + "</ProfileToken>";
            switch (motion) {
                case Motion.Move move ->
                    ask(
                            camera.ptz(),
                            PTZ,
                            "ContinuousMove",
                            profile + "<Velocity>" + velocity(move) + "</Velocity><Timeout>" + moveTimeout
                                    + "</Timeout>",
                            login);
                case Motion.ToPreset(int preset) ->
                    ask(camera.ptz(), PTZ, "GotoPreset", profile + "<PresetToken>" + preset + "</PresetToken>", login);
                case Motion.Home() -> ask(camera.ptz(), PTZ, "GotoHomePosition", profile, login);
                case Motion.Stop() ->
                    ask(camera.ptz(), PTZ, "Stop", profile + "<PanTilt>true</PanTilt><Zoom>true</Zoom>", login);
            }
        }

        /** Only what moves: a camera without zoom refuses a velocity of it. */
        private static String velocity(Motion.Move move) {
            return move.zoom() == 0
                    ? "<PanTilt xmlns=\"" + SCHEMA + "\" x=\"" + move.pan() + "\" y=\"" + move.tilt() + "\"/>"
                    : "<Zoom xmlns=\"" + SCHEMA + "\" x=\"" + move.zoom() + "\"/>";
        }

        /** How much the camera's clock is ahead of ours: its digests are checked by its own. */
        Duration skew(HttpUrl device) {
            Instant asked = clock.instant();
            try {
                Element answer = ask(device, DEVICE, "GetSystemDateAndTime", "", null);
                Instant answered = clock.instant();
                Instant between = asked.plus(Duration.between(asked, answered).dividedBy(2));
                return Soap.path(answer, "SystemDateAndTime", "UTCDateTime")
                        .map(it -> Duration.between(between, time(it)))
                        .orElse(Duration.ZERO);
            } catch (Fault | DateTimeException | NumberFormatException e) {
                // It tells nobody its time: then it is taken to be right.
                return Duration.ZERO;
            }
        }

        private static Instant time(Element utc) {
            return LocalDateTime.of(
                            number(utc, "Date", "Year"),
                            number(utc, "Date", "Month"),
                            number(utc, "Date", "Day"),
                            number(utc, "Time", "Hour"),
                            number(utc, "Time", "Minute"),
                            Math.min(59, number(utc, "Time", "Second")))
                    .toInstant(ZoneOffset.UTC);
        }

        private static int number(Element utc, String... path) {
            return Integer.parseInt(
                    Soap.path(utc, path).map(Element::getTextContent).orElse("").strip());
        }

        /** Where its services are; one that does not say has all of them where the device is. */
        Optional<Element> capabilities(HttpUrl device) {
            try {
                Element answer = ask(device, DEVICE, "GetCapabilities", "<Category>All</Category>", login);
                return Soap.child(answer, "Capabilities");
            } catch (Fault e) {
                if (e.code.equals(NOT_AUTHORIZED)) {
                    throw e;
                }
                return Optional.empty();
            }
        }

        /** The first profile that has motors. */
        String profile(HttpUrl media) {
            Element answer = ask(media, MEDIA, "GetProfiles", "", login);
            return Soap.children(answer, "Profiles").stream()
                    .filter(profile -> Soap.child(profile, "PTZConfiguration").isPresent())
                    .map(profile -> profile.getAttribute("token"))
                    .findFirst()
                    .orElseThrow(() -> new PtzException(Kind.FAILED, "none of its profiles has PTZ"));
        }

        private Element ask(HttpUrl url, String service, String method, String parts, @Nullable Login as) {
            byte[] nonce = new byte[NONCE];
            random.nextBytes(nonce);
            byte[] request = Soap.request(
                    "<" + method + " xmlns=\"" + service + "\">" + parts + "</" + method + ">",
                    as,
                    clock.instant().plus(skew),
                    nonce);
            MediaType type =
                    MediaType.get("application/soap+xml; charset=utf-8; action=\"" + service + "/" + method + "\"");
            PtzHttp.Answer answer = http.post(url, type, request, Duration.ofNanos(deadline - System.nanoTime()));
            if (answer.status() == 401) {
                throw new Fault(List.of(NOT_AUTHORIZED));
            }
            if (answer.status() != 200 && answer.body().size() == 0) {
                throw new PtzException(Kind.FAILED, "it answered " + answer.status());
            }
            Element body = Soap.body(answer.body().toByteArray());
            List<String> fault = Soap.fault(body);
            if (!fault.isEmpty()) {
                throw new Fault(fault);
            }
            return Soap.child(body, method + "Response")
                    .orElseThrow(() -> new PtzException(Kind.FAILED, "it answered something else than it was asked"));
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
