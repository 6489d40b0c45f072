package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A port that is taken is named with who has it. */
class PortOwnerTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void namesTheProcessThatListens() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = socket.getLocalPort();
            assertThat(PortOwner.find(port)).contains(ProcessHandle.current());
            assertThatThrownBy(() -> PortOwner.requireFree("127.0.0.1", port))
                    .isInstanceOf(OperatorException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--port");
        }
    }

    @Test
    void passesAFreePort() {
        assertThatCode(() -> PortOwner.requireFree("127.0.0.1", 0)).doesNotThrowAnyException();
    }

    @Test
    void explainsAnAddressOfAnotherMachine() {
        assertThatThrownBy(() -> PortOwner.requireFree("192.0.2.1", 8420))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("--bind");
    }
}
