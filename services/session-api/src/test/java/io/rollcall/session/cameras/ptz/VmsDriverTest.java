package io.rollcall.session.cameras.ptz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rollcall.schemas.cameras.Camera;
import io.rollcall.session.cameras.ptz.PtzException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against an HTTP server. */
class VmsDriverTest {

    private static final Camera CAMERA =
            Camera.newBuilder().setCameraId("gate/7 بوابة").build();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile int status = 200;
    private HttpServer server;
    private VmsDriver driver;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        driver = new VmsDriver(
                HttpUrl.get("http://127.0.0.1:" + server.getAddress().getPort() + "/base/"));
    }

    @AfterEach
    void stop() {
        end.countDown();
        driver.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().getRawPath() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            if (status == 0) {
                end.await();
            } else {
                if (status == 302) {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                }
                exchange.sendResponseHeaders(status, -1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drive(Motion motion) {
        driver.drive(CAMERA, motion, 0.25, Duration.ofMillis(status == 0 ? 300 : 5_000));
    }

    private Kind failure() {
        return catchThrowableOfType(PtzException.class, () -> drive(new Motion.Stop()))
                .kind();
    }

    @Test
    void everyMotionIsItsAction() {
        drive(new Motion.Move(-0.25, 0, 0));
        drive(new Motion.ToPreset(7));
        drive(new Motion.Home());
        drive(new Motion.Stop());

        String path = "POST /base/vms/cameras/gate%2F7%20%D8%A8%D9%88%D8%A7%D8%A8%D8%A9/ptz ";
        assertThat(asked)
                .containsExactly(
                        path + "{\"action\":\"MOVE\",\"pan\":-0.25,\"tilt\":0.0,\"zoom\":0.0,\"speed\":0.25}",
                        path + "{\"action\":\"GO_TO_PRESET\",\"preset\":7,\"speed\":0.25}",
                        path + "{\"action\":\"GO_TO_PRESET\",\"preset\":1,\"speed\":0.25}",
                        path + "{\"action\":\"STOP\"}");
    }

    @Test
    void whatIsNoSuccessIsAFailure() {
        for (int other : List.of(302, 400, 404, 500)) {
            status = other;
            assertThat(failure()).as("status %d", other).isEqualTo(Kind.FAILED);
        }
        assertThat(asked).as("no redirect is followed").hasSize(4);
    }

    @Test
    void silenceIsATimeOut() {
        status = 504;
        assertThat(failure()).isEqualTo(Kind.TIMED_OUT);
        status = 0;
        assertThat(failure()).isEqualTo(Kind.TIMED_OUT);
    }
}
