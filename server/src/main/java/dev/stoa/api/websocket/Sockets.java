package dev.stoa.api.websocket;

import dev.stoa.api.RequestId;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The connections of this server. When it stops, generations drain first; then every client is told that the server goes
 * away. Thread-safe.
 */
@Component
final class Sockets implements SmartLifecycle {
    /** What says who asks and which version of a protocol they speak unless a message says otherwise. */
    private static final List<String> HEADERS =
            List.of("x-api-key", "authorization", "anthropic-version", "anthropic-beta", "user-agent");

    private static final Duration RETRY = Duration.ofSeconds(5);

    /** For all connections together: what is left then is cut off, as it would be by a client that doesn't read. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** Behind generations, before the web server. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2;

    private final Player player;
    private final SocketLimits limits;
    private final Ids ids;
    private final LongSupplier nanoTime;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    @Autowired
    Sockets(Player player, SocketLimits limits, Ids ids) {
        this(player, limits, ids, System::nanoTime);
    }

    Sockets(Player player, SocketLimits limits, Ids ids, LongSupplier nanoTime) {
        this.player = player;
        this.limits = limits;
        this.ids = ids;
        this.nanoTime = nanoTime;
    }

    /** Makes a connection of a request whose sender is known. */
    void open(HttpServletRequest http, HttpServletResponse response) throws IOException {
        open.forEach(Connection::endIfNeverOpened);
        if (!running || open.size() >= limits.connections()) {
            throw new StoaException(ErrorKind.OVERLOADED, "This server takes no more connections now.", RETRY, null);
        }
        if (!(http.getServletContext().getAttribute(ServerContainer.class.getName())
                instanceof ServerContainer container)) {
            throw new IllegalStateException("the web server has no WebSockets");
        }
        Map<String, String> headers = new HashMap<>();
        for (String name : HEADERS) {
            String value = http.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        Connection[] self = new Connection[1];
        Connection connection = new Connection(player, limits, ids, headers, nanoTime, () -> open.remove(self[0]));
        self[0] = connection;
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Connection.class, "/v1/ws")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(connection);
                    }
                })
                .build();
        open.add(connection);
        boolean upgraded = false;
        try {
            container.upgradeHttpToWebSocket(http, response, config, Map.of());
            upgraded = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        } catch (DeploymentException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "Request " + RequestId.of(http) + " is no WebSocket's beginning.",
                    null,
                    e);
        } finally {
            if (!upgraded) {
                open.remove(connection);
            }
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        CloseReason away = new CloseReason(CloseCodes.GOING_AWAY, "the server is shutting down");
        // Generations have ended, but the writers may still be at their last words.
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        for (Connection connection : List.copyOf(open)) {
            connection.awaitLastWords(deadline);
            connection.close(away);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
