package io.rollcall.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rollcall.gateway.Browser.Screen;
import io.rollcall.kittest.FixedRegistry;
import io.rollcall.kittest.KafkaCluster;
import io.rollcall.kittest.Programs;
import io.rollcall.kittest.SigningKey;
import io.rollcall.kittest.TestIssuer;
import io.rollcall.kittest.TestToken;
import io.rollcall.schemas.Topics;
import io.rollcall.schemas.cameras.CameraStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a real browser, before the real gateway on a real broker. Rooms are named anew by every test. */
class PageTest {

    private static final FixedRegistry REGISTRY = new FixedRegistry();
    private static final Path PICTURES = Path.of("target", "page");
    private static final String[] SETTINGS = {
        "--rollcall.gateway.times.snapshot=1s", "--rollcall.gateway.stats.interval=500ms"
    };

    private static final String LIVE = "document.getElementById('phase').textContent === 'Live'";

    private static KafkaCluster.Own kafka;
    private static RunningGateway gateway;
    private static RoomLog log;
    private static StatsLog streams;
    private static Browser browser;

    private final String unique = UUID.randomUUID().toString().substring(0, 8);
    private final String room = "Stand-up " + unique;

    @BeforeAll
    static void start() {
        Path chromium = Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                .flatMap(name -> Programs.find(name).stream())
                .findFirst()
                .orElse(null);
        assumeTrue(chromium != null, "skipped: there is no Chromium on PATH to show the page in");
        kafka = KafkaCluster.own();
        kafka.createTopics(Topics.all());
        log = new RoomLog(kafka.bootstrapServers(), REGISTRY);
        streams = new StatsLog(kafka.bootstrapServers(), REGISTRY);
        gateway = RunningGateway.start(kafka.bootstrapServers(), REGISTRY, SETTINGS);
        browser = new Browser(chromium);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
            gateway.close();
            log.close();
            streams.close();
            kafka.close();
        }
    }

    @BeforeEach
    void openOnADesk() {
        browser.show(new Screen(1280, 800, false));
        load();
    }

    private static void load() {
        load("http://127.0.0.1:" + gateway.port() + "/");
    }

    private static void load(String address) {
        browser.open(address);
        browser.until(LIVE);
        var _ = browser.evaluate("""
                globalThis.cards = (name) => [...document.querySelectorAll('.room:not(.closed, [hidden])')]
                    .filter((card) => card.querySelector('.room-name').textContent === name);
                globalThis.people = (name) => cards(name).flatMap((card) =>
                    [...card.querySelectorAll('.person:not(.left) .who')].map((who) => who.textContent)).join();
                globalThis.events = (part) => [...document.querySelectorAll('.event .words')]
                    .map((words) => words.textContent).filter((words) => words.includes(part)).join(' | ');
                """);
    }

    @AfterEach
    void nothingWasWrongInTheBrowser() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void roomsAndPeopleComeAndGoBeforeOnesEyes() {
        var _ = log.opened(room, "METRO");
        browser.until(cards(room) + ".length === 1");
        var _ = log.joined(room, "Ann");
        var _ = log.joined(room, "Ben");
        browser.until(people(room) + " === 'Ben,Ann'");
        assertThat(browser.evaluate(cards(room) + "[0].querySelector('.room-people').textContent")
                        .asString())
                .isEqualTo("2 people");
        var _ = log.left(room, "Ann");
        browser.until(people(room) + " === 'Ben'");
        var _ = log.left(room, "Ben");
        var _ = log.closed(room);
        browser.until(cards(room) + ".length === 0");

        // What was put there after loading is still there: it is the same page.
        assertThat(browser.evaluate("typeof cards").asString()).isEqualTo("function");
        browser.untilIs(
                "events(" + Browser.quoted(room) + ")",
                String.join(
                        " | ",
                        room + " closed",
                        "Ben left " + room + ", 0 people now",
                        "Ann left " + room + ", 1 person now",
                        "Ben joined " + room + ", 2 people now",
                        "Ann joined " + room + ", 1 person now",
                        room + " opened"));
    }

    @Test
    void whoComesLaterSeesWhatThereIs() {
        var _ = log.opened(room, "METRO");
        var _ = log.joined(room, "Ann");
        var _ = log.turnedOn(room, "Ann", "CAMERA");
        var _ = log.joined(room, "Recorder", "EGRESS");
        browser.until(people(room) + " === 'Recorder,Ann'");

        load();

        browser.until(people(room) + " === 'Recorder,Ann'");
        assertThat(browser.evaluate("(" + cards(room) + "[0].textContent.replaceAll(/\\s+/g, ' '))")
                        .asString())
                .contains("1 person")
                .contains("METRO")
                .contains("egress")
                .contains("Camera");
        assertThat(browser.evaluate("document.getElementById('filter-agency').textContent")
                        .asString())
                .contains("METRO");
    }

    @Test
    void whenTheGatewayWasAwayThePageSaysSoAndMissesNothing() {
        var _ = log.opened(room, "METRO");
        var _ = log.joined(room, "Ann");
        browser.until(people(room) + " === 'Ann'");
        int port = gateway.port();

        gateway.stop();
        browser.until("document.getElementById('phase').textContent === 'Recovering'");
        var _ = log.left(room, "Ann");
        var _ = log.joined(room, "Ben");
        gateway = RunningGateway.start(port, kafka.bootstrapServers(), REGISTRY, SETTINGS);
        browser.until(LIVE);

        browser.until(people(room) + " === 'Ben'");
        browser.untilIs(
                "events(" + Browser.quoted(room) + ")",
                String.join(
                        " | ",
                        "Ben joined " + room + ", 1 person now",
                        "Ann left " + room + ", 0 people now",
                        "Ann joined " + room + ", 1 person now",
                        room + " opened"));
        browser.until("events('onnect').startsWith('Connected again | Connection interrupted: shutdown (3001)')");
    }

    @Test
    void theFilterShowsWhatIsAskedForAndStandsInTheAddress() {
        String other = "Retro " + unique;
        String agency = "BUS-" + unique;
        var _ = log.opened(room, "METRO");
        var _ = log.opened(other, agency);
        var _ = log.joined(other, "Zoë " + unique);
        browser.until(people(other) + " !== '' && " + cards(room) + ".length === 1");

        browser.type("filter-find", "zoë " + unique);
        browser.until(cards(room) + ".length === 0 && " + cards(other) + ".length === 1");
        browser.until("document.getElementById('shown').textContent.startsWith('1 of ')");
        String kept = browser.evaluate("location.href").asString();
        browser.open("about:blank");
        load(kept);
        browser.until(cards(room) + ".length === 0 && " + cards(other) + ".length === 1");
        var _ = browser.evaluate("document.getElementById('filter-clear').click()");
        browser.until(cards(room) + ".length === 1 && location.hash === ''");

        browser.until("document.getElementById('filter-agency').textContent.includes(" + Browser.quoted(agency) + ")");
        var _ = browser.evaluate("document.getElementById('filter-agency').value = " + Browser.quoted(agency));
        var _ = browser.evaluate("document.getElementById('filter').dispatchEvent(new Event('input'))");
        browser.until(cards(room) + ".length === 0 && " + cards(other) + ".length === 1");
        var _ = log.joined(room, "Somebody else");
        var _ = log.joined(other, "Yves");
        browser.until("events('Yves') !== ''");
        assertThat(browser.evaluate("events('Somebody else')").asString()).isEmpty();
    }

    @Test
    void namesAreShownAsTheyAreAndAsNothingElse() {
        String html = "<img src=x onerror=\"document.title='taken'\"> a/b%2F & " + unique;
        var _ = log.opened(html, "");
        var _ = log.joined(html, "</li><script>alert(1)</script>");

        browser.until(people(html) + " === '</li><script>alert(1)</script>'");
        assertThat(browser.evaluate("document.title").asString()).isEqualTo("Rollcall");
        assertThat(browser.evaluate("document.querySelectorAll('.room img').length")
                        .asInt())
                .isZero();
    }

    @Test
    void whereAuthenticationIsOnTheRoomsAreShownToHoldersOfATokenAsLongAsItLasts() {
        var _ = log.opened(room, "METRO");
        try (var issuer = TestIssuer.start();
                var secured = RunningGateway.start(kafka.bootstrapServers(), REGISTRY, securedBy(issuer))) {
            String address = "http://127.0.0.1:" + secured.port() + "/";
            TestToken ann = issuer.token("ann").claim("scope", "feeds").claim("preferred_username", "Ann <b>");
            browser.open(address);
            browser.until("!document.getElementById('sign-in').hidden && document.getElementById('phase').textContent"
                    + " === 'Signed out' && document.getElementById('sign-in-issuer').textContent === "
                    + Browser.quoted(issuer.url()));
            browser.takePicture(PICTURES.resolve("sign-in.png"));
            assertThat(browser.evaluate("getComputedStyle(document.querySelector('.content')).display")
                            .asString())
                    .isEqualTo("none");

            signIn("rubbish");
            browser.until(whySignedOut("That is no access token"));
            signIn(ann.signedBy(SigningKey.rsa("rsa-0")));
            browser.until(whySignedOut("That token is not taken here"));
            signIn(issuer.token("ann").signed());
            browser.until(whySignedOut("That token may not see the rooms"));
            signIn(ann.claim("iat", null).time("exp", Duration.ofMinutes(-1)).signed());
            browser.until(whySignedOut("Your token has expired"));

            signIn("Bearer " + ann.signed());
            browser.until(LIVE + " && document.getElementById('room-list').textContent.includes(" + Browser.quoted(room)
                    + ")");
            assertThat(browser.evaluate("document.getElementById('who-name').textContent")
                            .asString())
                    .isEqualTo("Ann <b>");
            assertThat(browser.evaluate("location.href").asString()).isEqualTo(address);
            assertThat(browser.evaluate("localStorage.length + document.cookie.length")
                            .asInt())
                    .isZero();

            // Loaded anew it is still there; signed out, nothing is.
            browser.open(address);
            browser.until(LIVE);
            var _ = browser.evaluate("document.getElementById('sign-out').click()");
            browser.until("!document.getElementById('sign-in').hidden && !document.querySelector('.room')");
            assertThat(browser.evaluate("Object.values(sessionStorage).join('')")
                            .asString())
                    .isEmpty();

            // A token that ends while somebody watches.
            signIn(ann.time("exp", Duration.ofSeconds(4)).signed());
            browser.until(LIVE);
            browser.until(whySignedOut("Your token has expired"));
            assertThat(browser.evaluate("document.querySelectorAll('.room').length")
                            .asInt())
                    .isZero();
        }
    }

    @Test
    void whatAgenciesUseAndWhatIsRefusedComesBeforeOnesEyes() {
        String agency = "Metro <b> " + unique;
        String camera = "cam-" + unique;
        streams.camera(camera, "Gate & tower", agency, CameraStatus.ONLINE);
        streams.limit(agency, 5);
        showCameras();
        browser.until(card(agency) + " === 'calm 0 of 5'");
        streams.granted(agency, camera);
        streams.joined(camera, "viewer_1");
        browser.until(card(agency) + " === 'calm 1 of 5'");
        browser.until("watched('Gate & tower') === '1 viewer'");
        streams.uses(agency, 4);
        browser.until(card(agency) + " === 'raised 4 of 5'");
        streams.granted(agency, camera);
        browser.until(card(agency) + " === 'high 5 of 5'");
        assertThat(browser.evaluate("bar(" + Browser.quoted(agency) + ")").asString())
                .isEqualTo("100%");

        streams.refused(agency, camera, "AGENCY_LIMIT_EXCEEDED");
        browser.until("alerts(" + Browser.quoted(agency) + ")[0] === "
                + Browser.quoted("high Agency limit reached for " + agency + " (5/5)"));
        var _ = browser.evaluate("agency(" + Browser.quoted(agency) + ").querySelector('button').click()");
        browser.untilIs(
                "decisions()",
                String.join(
                        " | ",
                        "× ann was refused Gate & tower (the agency is at its limit) 5/5",
                        "+ ann was given Gate & tower 5/5",
                        "+ somebody was given  4/5",
                        "+ ann was given Gate & tower 1/5",
                        "≡ The limit is 5 now 0/5"));
        streams.ended(agency, camera);
        browser.until("decisions().startsWith('− ann gave back Gate & tower (released) 4/5 | × ')");

        // The agency is in the address: who loads it anew sees the same.
        showCameras(browser.evaluate("location.hash").asString());
        browser.until("decisions().startsWith('− ann gave back Gate & tower (released) 4/5 | × ')");
        assertThat(browser.evaluate("document.querySelectorAll('.agency-card b b, .decision img').length")
                        .asInt())
                .isZero();
        var _ = browser.evaluate("document.querySelector('.pages [data-page=rooms]').click()");
        browser.until("!document.getElementById('content').hidden && document.getElementById('streams').hidden");
    }

    @Test
    void anAgencyNeverHasMoreCamerasThanReservations() {
        String agency = "METRO-" + unique;
        streams.limit(agency, 5);
        streams.granted(agency, "a-" + unique);
        streams.granted(agency, "b-" + unique);
        // The document comes once: what follows is known from updates alone.
        try (var seldom =
                RunningGateway.start(kafka.bootstrapServers(), REGISTRY, "--rollcall.gateway.stats.interval=1h")) {
            showCameras(seldom, "#cameras");
            browser.untilIs("facts(" + Browser.quoted(agency) + ")", "40.0 % · 2 cameras");
            streams.ended(agency, "b-" + unique);

            browser.untilIs("facts(" + Browser.quoted(agency) + ")", "20.0 % · 1 camera");
        }
    }

    @Test
    void whatACameraWasBeforeThePageWasOpenedIsShownToo() {
        String agency = "METRO-" + unique;
        String camera = "cam-" + unique;
        streams.camera(camera, "Tower " + unique, agency, CameraStatus.ONLINE);
        streams.limit(agency, 5);
        streams.granted(agency, camera);
        streams.camera(camera, "Tower " + unique, agency, CameraStatus.OFFLINE);
        streams.uses(agency, 2);
        showCameras();
        browser.until(card(agency) + " === 'calm 2 of 5'");

        showCameras();

        browser.untilIs("badge('Tower " + unique + "')", "offline");
        streams.camera(camera, "Tower " + unique, agency, CameraStatus.ONLINE);
        browser.untilIs("badge('Tower " + unique + "')", "");
    }

    @Test
    void thatThereIsNothingIsSaidOnceItIsKnown() {
        String agency = "METRO-" + unique;
        streams.limit(agency, 5);
        browser.open("about:blank");
        browser.block("*/dashboard/sign-in", "*/dashboard/decisions*");
        browser.open("http://127.0.0.1:" + gateway.port() + "/#cameras&source=" + agency);

        // It was drawn, and does not know anything.
        browser.until("!document.getElementById('decisions').hidden");
        browser.untilIs("document.getElementById('cameras-empty').textContent", "Loading the cameras.");
        browser.untilIs("document.getElementById('agencies-empty').textContent", "Loading the agencies.");
        browser.untilIs("document.getElementById('decisions-empty').textContent", "Loading the decisions.");
        browser.takePicture(PICTURES.resolve("cameras-loading.png"));

        browser.block("*/dashboard/decisions*");
        browser.until(LIVE);
        browser.untilIs("document.getElementById('cameras-empty').textContent", "No camera is reserved now.");
        browser.untilIs("document.getElementById('decisions-empty').textContent", "Loading the decisions.");
        browser.block();
        showCameras("#cameras&source=none-" + unique);
        browser.untilIs("document.getElementById('decisions-empty').textContent", "Nothing was decided lately.");
    }

    private static void showCameras() {
        showCameras("#cameras");
    }

    private static void showCameras(String hash) {
        showCameras(gateway, hash);
    }

    private static void showCameras(RunningGateway of, String hash) {
        browser.open("about:blank");
        load("http://127.0.0.1:" + of.port() + "/" + hash);
        var _ = browser.evaluate("""
                globalThis.agency = (name) => [...document.querySelectorAll('.agency-card')]
                    .find((card) => card.querySelector('.agency-name').textContent === name);
                globalThis.use = (name) => agency(name) &&
                    agency(name).dataset.level + ' ' + agency(name).querySelector('.use').textContent;
                globalThis.facts = (name) => agency(name)?.querySelector('.facts').textContent;
                globalThis.bar = (name) => agency(name).querySelector('.bar span').style.inlineSize;
                globalThis.watched = (name) => [...document.querySelectorAll('.camera')]
                    .filter((row) => row.querySelector('.camera-name').textContent === name)
                    .map((row) => row.querySelector('.viewers').textContent).join();
                globalThis.badge = (name) => [...document.querySelectorAll('.camera')]
                    .filter((row) => row.querySelector('.camera-name').textContent === name)
                    .map((row) => row.querySelector('.status:not([hidden])')?.textContent ?? '').join();
                globalThis.alerts = (part) => [...document.querySelectorAll('.alert')]
                    .map((row) => row.querySelector('.severity').textContent + ' ' + row.querySelector('.words').textContent)
                    .filter((words) => words.includes(part));
                globalThis.decisions = () => [...document.querySelectorAll('.decision')]
                    .map((row) => ['.sign', '.words', '.usage'].map((it) => row.querySelector(it).textContent).join(' '))
                    .join(' | ');
                """);
    }

    private static String card(String agency) {
        return "use(" + Browser.quoted(agency) + ")";
    }

    private static String[] securedBy(TestIssuer issuer) {
        return Stream.of(
                        Stream.of(issuer.arguments()),
                        Stream.of(SETTINGS),
                        Stream.of("--rollcall.gateway.auth-enabled=true", "--rollcall.auth.leeway=1s"))
                .flatMap(it -> it)
                .toArray(String[]::new);
    }

    private static void signIn(String token) {
        var _ = browser.evaluate("document.getElementById('sign-in-token').value = ''");
        browser.type("sign-in-token", token);
        var _ = browser.evaluate("document.getElementById('sign-in-form').requestSubmit()");
    }

    private static String whySignedOut(String words) {
        return "document.getElementById('sign-in-why').textContent.startsWith(" + Browser.quoted(words) + ")";
    }

    /** The pictures are for people to look at; that nothing sticks out sideways is for the test. */
    @ParameterizedTest
    @CsvSource({"1280, 800, false", "1280, 800, true", "390, 844, false", "390, 844, true"})
    void thePageFitsTheScreenWhateverTheNamesAre(int width, int height, boolean dark) {
        if (!gateway.get("/dashboard/snapshot").body().contains("Verkehrsleitstelle")) {
            fillTheHouse();
        }
        browser.show(new Screen(width, height, dark));
        load();
        browser.until("document.querySelectorAll('.room:not(.closed)').length >= 200");
        var _ = log.joined("Gate 7", "Ada " + unique);
        browser.until("events('Ada " + unique + "') !== ''");

        browser.takePicture(PICTURES.resolve(width + (dark ? "-dark" : "-light") + ".png"));
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);
        if (width < 500) {
            var _ = browser.evaluate("document.querySelector('[data-show=events]').click()");
            browser.takePicture(PICTURES.resolve(width + (dark ? "-dark" : "-light") + "-events.png"));
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(width);
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, 800, false", "390, 844, true"})
    void thePageOfCamerasFitsTheScreenToo(int width, int height, boolean dark) {
        if (!gateway.get("/dashboard/decisions?source=DUBAI_POLICE").body().contains("GRANTED")) {
            fillTheCameras();
        }
        browser.show(new Screen(width, height, dark));
        showCameras("#cameras&source=DUBAI_POLICE");
        browser.until(card("DUBAI_POLICE") + " === 'high 48 of 50'");
        browser.until("document.querySelectorAll('.decision').length > 10");
        streams.refused("DUBAI_POLICE", "cam-1", "AGENCY_LIMIT_EXCEEDED");
        streams.camera("cam-2", "Creek bridge, north ramp", "DUBAI_POLICE", CameraStatus.OFFLINE);
        streams.camera("cam-2", "Creek bridge, north ramp", "DUBAI_POLICE", CameraStatus.ONLINE);
        streams.camera("cam-2", "Creek bridge, north ramp", "DUBAI_POLICE", CameraStatus.ERROR);
        browser.until("document.querySelector('.status[data-status=ERROR]:not([hidden])') !== null");
        browser.until("alerts('limit reached').length > 0 && alerts('is offline').length > 0");

        browser.takePicture(PICTURES.resolve("cameras-" + width + (dark ? "-dark" : "-light") + ".png"));
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);
    }

    private static void fillTheCameras() {
        String[] names = {"Marina walk", "Creek bridge, north ramp", "محطة برج خليفة", "Depot 東京 🚆", "Gate"};
        streams.limit("DUBAI_POLICE", 50);
        streams.limit("METRO", 30);
        streams.limit("BUS", 20);
        streams.limit("OTHER", 400);
        streams.limit("هيئة الطرق والمواصلات", 12);
        streams.limit("AGENCY-" + "X".repeat(60), 0);
        for (int i = 1; i <= 48; i++) {
            String camera = "cam-" + (i % 24 + 1);
            streams.camera(
                    camera, names[i % 5] + (i % 5 == 1 ? "" : " " + camera), "DUBAI_POLICE", CameraStatus.ONLINE);
            streams.granted("DUBAI_POLICE", camera);
            streams.joined(camera, "viewer_" + i);
        }
        for (int i = 1; i <= 25; i++) {
            streams.camera("m-" + i, "Platform " + i + " " + "west ".repeat(i), "METRO", CameraStatus.ONLINE);
            streams.granted("METRO", "m-" + i);
        }
        streams.granted("BUS", "b-1");
        streams.uses("OTHER", 123);
        streams.uses("هيئة الطرق والمواصلات", 11);
    }

    private static void fillTheHouse() {
        for (int i = 1; i <= 195; i++) {
            var _ = log.opened("Depot " + i, i % 3 == 0 ? "TRAM" : "");
        }
        var _ = log.opened("Verkehrsleitstelle-" + "Nord".repeat(50), "AGENCY-" + "X".repeat(60));
        var _ = log.joined("Verkehrsleitstelle-" + "Nord".repeat(50), "Ann");
        var _ = log.opened("Board of the " + "very ".repeat(30) + "long name", "METRO");
        var _ = log.joined("Board of the " + "very ".repeat(30) + "long name", "Maximiliane".repeat(20));
        var _ = log.opened("اجتماع\u200f الصباح", "النقل");
        var _ = log.joined("اجتماع\u200f الصباح", "محمد بن سلمان");
        var _ = log.joined("اجتماع\u200f الصباح", "דנה (Dana) 42");
        var _ = log.turnedOn("اجتماع\u200f الصباح", "محمد بن سلمان", "MICROPHONE");
        var _ = log.opened("日本語の会議室 🚆", "東京");
        var _ = log.joined("日本語の会議室 🚆", "山田 太郎");
        var _ = log.opened("Gate 7", "METRO");
        for (int i = 1; i <= 11; i++) {
            var _ = log.joined("Gate 7", "Guard " + i);
        }
        var _ = log.turnedOn("Gate 7", "Guard 11", "CAMERA");
        var _ = log.turnedOn("Gate 7", "Guard 10", "SCREEN_SHARE");
        var _ = log.joined("Gate 7", "Recorder", "EGRESS");
        var _ = log.left("Gate 7", "Guard 2");
    }

    private static String cards(String name) {
        return "cards(" + Browser.quoted(name) + ")";
    }

    private static String people(String name) {
        return "people(" + Browser.quoted(name) + ")";
    }
}
