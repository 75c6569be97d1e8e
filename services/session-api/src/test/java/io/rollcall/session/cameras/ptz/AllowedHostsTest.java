package io.rollcall.session.cameras.ptz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    private static final List<InetAddress> FOUND =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("10.20.3.4"));

    private static AllowedHosts of(String... permitted) {
        return new AllowedHosts(List.of(permitted), _ -> FOUND);
    }

    @ParameterizedTest
    @CsvSource({
        "10.20.0.0/16, 10.20.255.1, true",
        "10.20.0.0/16, 10.21.0.1, false",
        "10.20.0.0/13, 10.23.0.1, true",
        "10.20.0.0/13, 10.15.255.255, false",
        "10.20.3.4, 10.20.3.4, true",
        "10.20.3.4, 10.20.3.5, false",
        "0.0.0.0/0, 192.0.2.1, true",
        "2001:db8::/32, 2001:db8:7::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "0.0.0.0/0, 2001:db9::1, false",
        "*, 192.0.2.1, true"
    })
    void anAddressIsPermittedByItsNetwork(String permitted, String address, boolean so) {
        assertThat(of(permitted).mayBe(address)).isEqualTo(so);
    }

    @Test
    void aPermittedNameMayBeAnywhere() throws UnknownHostException {
        assertThat(of("cam.example").lookup("CAM.example")).isEqualTo(FOUND);
        assertThat(of("*.cams.example").lookup("a.cams.example")).isEqualTo(FOUND);
        assertThat(of("*").lookup("any.example")).isEqualTo(FOUND);
    }

    @Test
    void anyOtherNameLeadsToPermittedAddressesOnly() throws UnknownHostException {
        assertThat(of("10.0.0.0/8").lookup("rebound.example")).containsExactly(FOUND.getLast());
        for (String permitted : List.of("cam.example", "*.cam.example", "192.0.2.0/24")) {
            assertThatThrownBy(() -> of(permitted).lookup("evilcam.example")).isInstanceOf(UnknownHostException.class);
        }
        assertThatThrownBy(() -> of().lookup("cam.example")).isInstanceOf(UnknownHostException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "300.1.1.1", "a b", "cam.example/24", "ca*.example"})
    void whatIsNeitherIsRefusedAtTheStart(String permitted) {
        assertThatThrownBy(() -> of(permitted)).hasMessageContaining("PTZ_ALLOWED_HOSTS");
    }
}
