package io.rollcall.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.local.PortHolder.Port;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A taken port is found, and so is who has it. */
class PortHolderTest {

    @Test
    void aFreePortHasNoHolder() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThat(PortHolder.of(List.of(Port.tcp(port)))).isEmpty();
    }

    @Test
    void theProcessThatListensIsNamed() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<PortHolder> holders = PortHolder.of(List.of(Port.tcp(socket.getLocalPort())));

            assertThat(holders).singleElement().satisfies(PortHolderTest::isThisProcess);
        }
    }

    @Test
    void onePortOnAllAddressesIsTakenToo() throws IOException {
        try (var socket = new ServerSocket(0)) {
            List<PortHolder> holders = PortHolder.of(List.of(Port.tcp(socket.getLocalPort())));

            assertThat(holders).singleElement().satisfies(PortHolderTest::isThisProcess);
        }
    }

    @Test
    void aPortOfDatagramsIsAPortOfItsOwn() throws IOException {
        try (var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            List<PortHolder> holders = PortHolder.of(List.of(Port.udp(socket.getLocalPort())));

            assertThat(holders).singleElement().satisfies(PortHolderTest::isThisProcess);
        }
    }

    @Test
    void aCommandIsShownWithoutClassPathAndSwitches() {
        assertThat(PortHolder.command(ProcessHandle.current()))
                .contains("java")
                .doesNotContain(".jar:", "-Xmx")
                .hasSizeLessThan(130);
    }

    private static void isThisProcess(PortHolder holder) {
        assertThat(holder.describe())
                .startsWith("process " + ProcessHandle.current().pid() + ": ");
    }
}
