package io.rollcall.kit.peers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.kit.http.StallingServer;
import io.rollcall.kit.web.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PeerClientTest {

    @Test
    void anInstanceThatStopsInTheMiddleOfItsAnswerHoldsNobodyUp() {
        try (var other = new StallingServer();
                var peers = new PeerClient(new JsonMapper(), Duration.ofMillis(300))) {
            assertThatThrownBy(() -> peers.ask(
                            new HostInfo("127.0.0.1", other.port()),
                            "/rooms",
                            List.of(0),
                            new TypeReference<List<String>>() {}))
                    .isInstanceOf(UnavailableException.class);
        }
    }
}
