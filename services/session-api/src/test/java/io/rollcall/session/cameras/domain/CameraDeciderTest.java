package io.rollcall.session.cameras.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.session.cameras.domain.CameraDecider.Refusal;
import io.rollcall.session.cameras.domain.CameraDecider.Verdict;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CameraDeciderTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Sealed SECRET = new Sealed(new byte[] {1, 2, 3});
    private static final Sealed NEW_SECRET = new Sealed(new byte[] {4, 5});
    private static final CameraDetails DETAILS = details("METRO", "rtsp://***:***@cam/1", SECRET, CameraStatus.ONLINE);
    private static final Camera KNOWN = new Camera.Known("cam-1", 3, DETAILS, NOON, at(5));

    private static Instant at(int seconds) {
        return NOON.plusSeconds(seconds);
    }

    private static CameraDetails details(String agency, String url, @Nullable Sealed secret, CameraStatus status) {
        return new CameraDetails(
                "Gate", "بوابة", agency, new StreamUrl(url), secret, status, true, "rec-1", "{}", null);
    }

    private static Command.Put put(CameraDetails details) {
        return new Command.Put("cam-1", details, false);
    }

    private static Command.Put upsert(CameraDetails details) {
        return new Command.Put("cam-1", details, true);
    }

    private static @Nullable Event decided(Command command, Camera camera) {
        Verdict verdict = CameraDecider.decide(command, camera, at(10));
        assertThat(verdict).isInstanceOf(Verdict.Yes.class);
        return ((Verdict.Yes) verdict).event();
    }

    private static Camera.Known after(Camera camera, Command command) {
        return (Camera.Known) CameraDecider.evolve(camera, Objects.requireNonNull(decided(command, camera)));
    }

    private static void refused(Command command, Camera camera, Refusal refusal) {
        assertThat(CameraDecider.decide(command, camera, at(10))).isEqualTo(new Verdict.No(refusal));
    }

    @Test
    void anUpsertMakesACameraAndAReplacementDoesNot() {
        assertThat(decided(upsert(DETAILS), new Camera.Nothing())).isEqualTo(new Event.Added("cam-1", DETAILS, at(10)));
        assertThat(after(new Camera.Nothing(), upsert(DETAILS)))
                .isEqualTo(new Camera.Known("cam-1", 1, DETAILS, at(10), at(10)));
        refused(put(DETAILS), new Camera.Nothing(), Refusal.NOT_FOUND);
    }

    @Test
    void aReplacementTellsWhoseItWasAndKeepsWhenItWasMade() {
        CameraDetails moved = details("BUS", "rtsp://***:***@cam/1", NEW_SECRET, CameraStatus.ERROR);

        assertThat(decided(put(moved), KNOWN))
                .isEqualTo(new Event.Changed(moved, "METRO", CameraStatus.ONLINE, at(10)));
        assertThat(after(KNOWN, put(moved))).isEqualTo(new Camera.Known("cam-1", 4, moved, NOON, at(10)));
    }

    @Test
    void theSameAgainChangesNothing() {
        assertThat(decided(put(DETAILS), KNOWN)).isNull();
        assertThat(decided(upsert(details("METRO", "rtsp://***:***@cam/1", null, CameraStatus.ONLINE)), KNOWN))
                .isNull();
        assertThat(decided(new Command.SetStatus(CameraStatus.ONLINE), KNOWN)).isNull();
    }

    @Test
    void aMaskedAddressKeepsTheStoredSecretAlsoOnAnotherHost() {
        CameraDetails elsewhere = details("METRO", "rtsp://***:***@other/9", null, CameraStatus.ONLINE);

        CameraDetails after = after(KNOWN, put(elsewhere)).details();

        assertThat(after.secret()).isEqualTo(SECRET);
        assertThat(after.streamUrl().text()).isEqualTo("rtsp://***:***@other/9");
    }

    @Test
    void aMaskWithoutAFittingSecretIsRefused() {
        CameraDetails masked = details("METRO", "rtsp://***:***@cam/1", null, CameraStatus.ONLINE);
        refused(upsert(masked), new Camera.Nothing(), Refusal.NO_SECRET);
        refused(
                put(details("METRO", "rtsp://cam/1?password=***", null, CameraStatus.ONLINE)),
                KNOWN,
                Refusal.NO_SECRET);
    }

    @Test
    void anAddressWithoutCredentialsForgetsTheStoredOnes() {
        CameraDetails open = details("METRO", "rtsp://cam/1", SECRET, CameraStatus.ONLINE);
        assertThat(after(KNOWN, put(open)).details().secret()).isNull();
    }

    @Test
    void credentialsInTheClearAreRefused() {
        refused(put(details("METRO", "rtsp://a:b@cam/1", null, CameraStatus.ONLINE)), KNOWN, Refusal.NOT_MASKED);
        refused(
                upsert(details("METRO", "rtsp://a:b/c@cam/1", null, CameraStatus.ONLINE)),
                new Camera.Nothing(),
                Refusal.NOT_MASKED);
    }

    @Test
    void aStatusChangesAndTellsWhatItWas() {
        assertThat(decided(new Command.SetStatus(CameraStatus.ERROR), KNOWN))
                .isEqualTo(new Event.StatusChanged(CameraStatus.ERROR, CameraStatus.ONLINE, at(10)));
        Camera.Known after = after(KNOWN, new Command.SetStatus(CameraStatus.ERROR));
        assertThat(after.details().status()).isEqualTo(CameraStatus.ERROR);
        assertThat(after.details().secret()).isEqualTo(SECRET);
        refused(new Command.SetStatus(CameraStatus.ERROR), new Camera.Nothing(), Refusal.NOT_FOUND);
    }

    @Test
    void aRemovedCameraIsGoneAndTellsWhoseItWas() {
        Event removed = Objects.requireNonNull(decided(new Command.Remove(), KNOWN));
        assertThat(removed).isEqualTo(new Event.Removed("METRO", CameraStatus.ONLINE));
        assertThat(CameraDecider.evolve(KNOWN, removed)).isEqualTo(new Camera.Nothing());
        refused(new Command.Remove(), new Camera.Nothing(), Refusal.NOT_FOUND);
    }

    @Test
    void whatARequestCameToIsRememberedByItsWord() {
        assertThat(decided(new Command.Claim(), KNOWN)).isNull();
        assertThat(decided(new Command.Report("DONE"), KNOWN)).isNull();
        refused(new Command.Report(""), KNOWN, Refusal.UNREPORTED);
        refused(new Command.Unclaim("c1"), KNOWN, Refusal.UNCLAIMED);
        assertThat(CameraDecider.decide(new Command.Report("TIMED_OUT"), KNOWN, at(10)))
                .isEqualTo(new Verdict.Failed("TIMED_OUT"));
    }
}
