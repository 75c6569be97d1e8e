package io.rollcall.ingest.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.ingest.webhooks.domain.BodyScanner;
import io.rollcall.ingest.webhooks.domain.Scan;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DeliveryFormatTest {

    private static final byte[] BODY =
            "{\"event\":\"room_started\",\"id\":\"EV_1\",\"room\":{\"name\":\"r \u05d0\",\"turnPassword\":\"hush\"}}"
                    .getBytes(UTF_8);

    @Test
    void givesBackAnEvent() {
        var delivery = new Delivery(new UUID(1, 2), 3, "key", "correlation", "00-trace", BodyScanner.scan(BODY));

        Delivery read = DeliveryFormat.read(DeliveryFormat.write(delivery)).orElseThrow();

        assertThat(read).usingRecursiveComparison().isEqualTo(delivery);
    }

    @Test
    void givesBackWhatIsNoEvent() {
        var without = new Delivery(new UUID(1, 2), 3, "", "", null, new Scan.Unreadable("broken", null));
        var with = new Delivery(new UUID(1, 2), 3, "", "", null, new Scan.Unreadable("broken", BODY));

        assertThat(DeliveryFormat.read(DeliveryFormat.write(without)))
                .get()
                .usingRecursiveComparison()
                .isEqualTo(without);
        assertThat(DeliveryFormat.read(DeliveryFormat.write(with)))
                .get()
                .usingRecursiveComparison()
                .isEqualTo(with);
    }

    @Test
    void neverWritesAPassword() {
        var delivery = new Delivery(new UUID(1, 2), 3, "key", "c", null, BodyScanner.scan(BODY));

        assertThat(new String(DeliveryFormat.write(delivery), UTF_8)).doesNotContain("turnPassword", "hush");
    }

    @Test
    void saysSoWhenItCannotRead() {
        byte[] good = DeliveryFormat.write(new Delivery(new UUID(1, 2), 3, "key", "c", null, BodyScanner.scan(BODY)));
        for (int length = 0; length < good.length; length++) {
            assertThat(DeliveryFormat.read(Arrays.copyOf(good, length)))
                    .as("cut at " + length)
                    .isEmpty();
        }
        byte[] newer = good.clone();
        newer[0] = 2;

        assertThat(DeliveryFormat.read(newer)).isEmpty();
    }
}
