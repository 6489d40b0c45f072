package dev.stoa.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;

/** Places of connections whose clients are gone before the handshake's answer has left. */
class SocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SocketLimits ONE =
            new SocketLimits(1, 1, DataSize.ofKilobytes(1), 1, PATIENCE, 1, PATIENCE, PATIENCE, PATIENCE);
    private static final Ids IDS = new Ids(new Random(7));

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger ended = new AtomicInteger();

    @SuppressWarnings("NullAway")
    private Sockets sockets() {
        Sockets sockets = new Sockets(null, ONE, IDS, nanos::get);
        sockets.start();
        return sockets;
    }

    @SuppressWarnings("NullAway")
    private Connection connection() {
        return new Connection(null, ONE, IDS, Map.of(), nanos::get, ended::incrementAndGet);
    }

    /** The container agrees, and calls nobody ever after. */
    private static void openInVain(Sockets sockets) throws IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/v1/ws");
        request.getServletContext().setAttribute(ServerContainer.class.getName(), Absent.of(ServerContainer.class));
        MockHttpServletResponse response = new MockHttpServletResponse();
        response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        sockets.open(request, response);
    }

    @Test
    void aHandshakeThatBrokeOffGivesItsPlaceBack() throws IOException {
        Sockets sockets = sockets();
        openInVain(sockets);
        nanos.addAndGet(PATIENCE.toNanos() - 1);
        assertThatThrownBy(() -> openInVain(sockets)).isInstanceOf(StoaException.class);
        nanos.incrementAndGet();
        openInVain(sockets);
        assertThatThrownBy(() -> openInVain(sockets)).isInstanceOf(StoaException.class);
    }

    @Test
    void oneThatOpensTooLateCloses() throws Exception {
        Connection connection = connection();
        nanos.addAndGet(PATIENCE.toNanos());
        connection.endIfNeverOpened();
        assertThat(ended).hasValue(1);
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        connection.onOpen(session(closed), Absent.of(EndpointConfig.class));
        assertThat(closed.get(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(ended).hasValue(1);
    }

    @Test
    void oneThatIsOpenKeepsItsPlace() throws Exception {
        Connection connection = connection();
        CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        connection.onOpen(session(closed), Absent.of(EndpointConfig.class));
        nanos.addAndGet(PATIENCE.toNanos());
        connection.endIfNeverOpened();
        assertThat(ended).hasValue(0);
        connection.onClose(session(closed), new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, ""));
        assertThat(ended).hasValue(1);
    }

    private static Session session(CompletableFuture<CloseReason> closed) {
        Map<String, Object> properties = new HashMap<>();
        return (Session) Proxy.newProxyInstance(
                SocketsTest.class.getClassLoader(),
                new Class<?>[] {Session.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "isOpen" -> true;
                    case "getUserProperties" -> properties;
                    case "close" -> {
                        closed.complete((CloseReason) arguments[0]);
                        yield null;
                    }
                    default -> null;
                });
    }
}
