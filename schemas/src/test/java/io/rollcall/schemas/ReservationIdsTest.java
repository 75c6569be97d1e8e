package io.rollcall.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationIdsTest {

    private final Random random = new Random(20261125);

    private byte[] bits() {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return bits;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 255, 4096, 65_535})
    void carriesItsPartition(int partition) {
        for (int i = 0; i < 1_000; i++) {
            assertThat(ReservationIds.partition(ReservationIds.of(partition, bits())))
                    .hasValue(partition);
        }
    }

    @Test
    void isAUuidOfVersion8() {
        for (int i = 0; i < 1_000; i++) {
            String id = ReservationIds.of(3, bits());
            UUID uuid = UUID.fromString(id);
            assertThat(uuid.version()).isEqualTo(8);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(uuid).hasToString(id);
        }
    }

    @Test
    void everyOtherBitComesFromWhoMakesIt() {
        Set<String> ids = new HashSet<>();
        byte[] bits = new byte[16];
        ids.add(ReservationIds.of(0, bits));
        for (int bit = 0; bit < 128; bit++) {
            bits[bit / 8] = (byte) (1 << (bit % 8));
            ids.add(ReservationIds.of(0, bits));
            bits[bit / 8] = 0;
        }
        assertThat(ids).hasSize(1 + 128 - 16 - 4 - 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no-id",
                "00000000-0000-7000-8000-000000000000",
                "00000000-0000-8000-7000-000000000000",
                "0000000A-0000-8000-8000-000000000000",
                "0-0-8000-8000-0"
            })
    void whatIsNoReservationIdHasNone(String text) {
        assertThat(ReservationIds.partition(text)).isEmpty();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException().isThrownBy(() -> ReservationIds.of(65_536, bits()));
        assertThatIllegalArgumentException().isThrownBy(() -> ReservationIds.of(-1, bits()));
        assertThatIllegalArgumentException().isThrownBy(() -> ReservationIds.of(0, new byte[15]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DUBAI_POLICE", "METRO", "BUS", "شرطة دبي", "a/b"})
    void anAgencyIsWhereAProducerPutsItsKey(String agency) {
        assertThat(ReservationIds.partitionOf(agency, 6))
                .isEqualTo(BuiltInPartitioner.partitionForKey(agency.getBytes(StandardCharsets.UTF_8), 6));
    }
}
