package io.rollcall.session;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything that can be set here.
 *
 * @param livekit where LiveKit is and who we are there
 * @param sessions the times of realtime sessions
 * @param commands how commands are sent and waited for
 * @param cameras how cameras' secrets are kept, and how cameras are moved
 * @param reservations the times of reserved streams
 */
@ConfigurationProperties("rollcall.session")
public record SessionApiProperties(
        @DefaultValue Livekit livekit,
        @DefaultValue Sessions sessions,
        @DefaultValue Commands commands,
        @DefaultValue Cameras cameras,
        @DefaultValue Reservations reservations) {

    /**
     * How long a session waits for its first participant. Where rooms are polled, whoever came just before the end is
     * seen by the poll after it; it does not wait longer than that for a LiveKit that is slow.
     */
    public Duration staleAfter() {
        if (!livekit.pollEnabled()) {
            return sessions.staleTtl();
        }
        Duration interval = livekit.pollInterval();
        Duration answer = livekit.timeout().compareTo(interval) < 0 ? livekit.timeout() : interval;
        return sessions.staleTtl().plus(interval).plus(answer);
    }

    /** The secret of the shared ids that everybody knows; only a service that was told it is local takes it. */
    public static final String DEVELOPMENT_ID_SECRET = "dev-command-id-secret-0123456789ab";

    /** The key of cameras' secrets that everybody knows; only a service that was told it is local takes it. */
    public static final String DEVELOPMENT_CAMERA_SECRETS_KEY = "dev-camera-secrets-key-0123456789ab";

    private static final int MIN_SECRET = 32;
    private static final Set<String> SCHEMES = Set.of("http", "https", "ws", "wss");

    /**
     * LiveKit's edge.
     *
     * @param url of the room API; ws and wss are read as http and https
     * @param wsUrl what clients are told to connect to
     * @param apiKey our key
     * @param apiSecret its secret
     * @param timeout how long one call of the room API may take
     * @param maxCalls how many of them are on their way at once
     * @param maxWaitingCalls how many more stand in line; beyond that a call fails at once
     * @param pollInterval how often the rooms are listed
     * @param pollEnabled whether it is asked, too, who is in them
     * @param tokenTtl how long an access token lasts
     */
    public record Livekit(
            @DefaultValue("http://127.0.0.1:7880") URI url,
            @DefaultValue("ws://127.0.0.1:7880") String wsUrl,
            @DefaultValue("") String apiKey,
            @DefaultValue("") String apiSecret,
            @DefaultValue("5s") Duration timeout,
            @DefaultValue("16") int maxCalls,
            @DefaultValue("256") int maxWaitingCalls,
            @DefaultValue("15s") Duration pollInterval,
            @DefaultValue("true") boolean pollEnabled,
            @DefaultValue("24h") Duration tokenTtl) {

        /** Checks what was given. */
        public Livekit {
            if (url.getHost() == null || !SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "rollcall.session.livekit.url (LIVEKIT_URL) must be an address such as http://host:7880");
            }
            positive("livekit.timeout (LIVEKIT_TIMEOUT)", timeout);
            atLeast("livekit.max-calls (LIVEKIT_MAX_CALLS)", maxCalls, 1);
            atLeast("livekit.max-waiting-calls (LIVEKIT_MAX_WAITING_CALLS)", maxWaitingCalls, 0);
            positive("livekit.poll-interval (SESSION_CLEANUP_INTERVAL)", pollInterval);
            positive("livekit.token-ttl (LIVEKIT_TOKEN_TTL)", tokenTtl);
            if (apiKey.isEmpty() || apiSecret.isEmpty()) {
                throw new IllegalArgumentException("rollcall.session.livekit.api-key and api-secret (LIVEKIT_API_KEY,"
                        + " LIVEKIT_API_SECRET) must be set: without them no room can be made");
            }
            if (apiSecret.length() < MIN_SECRET) {
                throw new IllegalArgumentException("rollcall.session.livekit.api-secret (LIVEKIT_API_SECRET) must have"
                        + " at least " + MIN_SECRET + " characters");
            }
        }

        /** Everything but the secret. */
        @Override
        public String toString() {
            return "Livekit[url=" + url + ", wsUrl=" + wsUrl + ", apiKey=" + apiKey + "]";
        }
    }

    /**
     * How long things of a session may take.
     *
     * @param staleTtl how long one waits for its first participant
     * @param emptyGrace how long its room may be empty before it ends
     */
    public record Sessions(
            @DefaultValue("10m") Duration staleTtl,
            @DefaultValue("15s") Duration emptyGrace) {

        /** Checks what was given. */
        public Sessions {
            positive("sessions.stale-ttl (SESSION_STALE_TTL)", staleTtl);
            positive("sessions.empty-grace (SESSION_EMPTY_GRACE)", emptyGrace);
        }
    }

    /**
     * Commands.
     *
     * @param idSecret from which ids follow where the caller gave an Idempotency-Key: the same on every instance
     * @param timeout how long a request waits for its answer
     * @param waiting how many requests may wait at once
     */
    public record Commands(
            @DefaultValue("") String idSecret,
            @DefaultValue("2s") Duration timeout,
            @DefaultValue("1000") int waiting) {

        /** Checks what was given. */
        public Commands {
            if (idSecret.length() < MIN_SECRET) {
                throw new IllegalArgumentException("rollcall.session.commands.id-secret (COMMAND_ID_SECRET) must have"
                        + " at least " + MIN_SECRET + " characters, the same on every instance");
            }
            positive("commands.timeout", timeout);
            atLeast("commands.waiting (COMMAND_WAITING)", waiting, 1);
        }

        /** Everything but the secret. */
        @Override
        public String toString() {
            return "Commands[timeout=" + timeout + ", waiting=" + waiting + "]";
        }
    }

    /**
     * Cameras.
     *
     * @param secretsKey from which the key of their secrets follows: the same on every instance, and for ever
     * @param ptz how they are moved
     */
    public record Cameras(
            @DefaultValue("") String secretsKey,
            @DefaultValue Ptz ptz) {

        /** Checks what was given. */
        public Cameras {
            if (secretsKey.length() < MIN_SECRET) {
                throw new IllegalArgumentException(
                        "rollcall.session.cameras.secrets-key (CAMERA_SECRETS_KEY) must have at least " + MIN_SECRET
                                + " characters, the same on every instance");
            }
        }

        /** Everything but the key. */
        @Override
        public String toString() {
            return "Cameras[ptz=" + ptz + "]";
        }
    }

    /** The ways to cameras' motors. */
    public enum Driver {
        NONE,
        ONVIF,
        VMS
    }

    /**
     * How cameras are moved.
     *
     * @param driver by which way
     * @param allowedHosts for onvif: hosts, *.domains, addresses and networks that cameras may be at; none permits none
     * @param vmsUrl for vms: where the system is
     * @param timeout how long a camera may take to answer
     * @param moveTimeout for onvif: after which a movement ends by itself
     */
    public record Ptz(
            @DefaultValue("none") Driver driver,
            @DefaultValue List<String> allowedHosts,
            @DefaultValue("") String vmsUrl,
            @DefaultValue("5s") Duration timeout,
            @DefaultValue("10s") Duration moveTimeout) {

        /** Checks what was given. */
        public Ptz {
            allowedHosts = List.copyOf(allowedHosts);
            positive("cameras.ptz.timeout (PTZ_TIMEOUT)", timeout);
            positive("cameras.ptz.move-timeout (PTZ_MOVE_TIMEOUT)", moveTimeout);
            if (driver == Driver.VMS && !vmsUrl.matches("https?://.+")) {
                throw new IllegalArgumentException("rollcall.session.cameras.ptz.vms-url (VMS_SERVICE_URL) must be an"
                        + " address such as http://host:8090 for the driver vms");
            }
        }
    }

    /**
     * How long things of a reservation may take. How long it lives is quota-counter's to say.
     *
     * @param roomEmptyTimeout how long LiveKit keeps a camera's room in which nobody is
     * @param removalPatience how long it is tried to put a viewer out of a room in which nothing can be done
     */
    public record Reservations(
            @DefaultValue("1h") Duration roomEmptyTimeout,
            @DefaultValue("1h") Duration removalPatience) {

        /** Checks what was given. */
        public Reservations {
            positive("reservations.room-empty-timeout (CAMERA_ROOM_EMPTY_TIMEOUT)", roomEmptyTimeout);
            positive("reservations.removal-patience (VIEWER_REMOVAL_PATIENCE)", removalPatience);
        }
    }

    private static void atLeast(String name, int number, int least) {
        if (number < least) {
            throw new IllegalArgumentException("rollcall.session." + name + " must be " + least + " or more");
        }
    }

    private static void positive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("rollcall.session." + name + " must be more than nothing");
        }
    }
}
