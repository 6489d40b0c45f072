package dev.stoa.api;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Whether the client of the request in hand is still connected.
 *
 * <p>Looking means a read that does not wait: bytes of a next request stay in the connection's buffer, where the server
 * finds them later; an end of file or a reset says that the client has gone. A client that only shuts down its sending
 * half counts as gone, as it does for other web servers. Where a next request already waits, its bytes hide the end of
 * the connection, and only a write will find out. For the thread that handles the request, once its body is read.
 */
public final class ClientConnection {
    private static final ThreadLocal<@Nullable SocketWrapperBase<?>> CURRENT = new ThreadLocal<>();

    private static final ThreadLocal<@Nullable BooleanSupplier> LEFT = new ThreadLocal<>();

    private final @Nullable SocketWrapperBase<?> socket;
    private final BooleanSupplier left;
    private final long intervalNanos;
    private long lookedNanos;
    private boolean gone;

    private ClientConnection(@Nullable SocketWrapperBase<?> socket, BooleanSupplier left, Duration interval) {
        this.socket = socket;
        this.left = left;
        this.intervalNanos = interval.toNanos();
        this.lookedNanos = System.nanoTime();
    }

    /**
     * The connection of this thread's request.
     *
     * @param interval at most so often is it looked at; between, {@link #gone} repeats itself
     */
    public static ClientConnection current(Duration interval) {
        BooleanSupplier left = LEFT.get();
        return new ClientConnection(CURRENT.get(), left == null ? () -> false : left, interval);
    }

    /**
     * Says how {@link #current} tells on this thread, where its request is one of several on a connection.
     *
     * @param left as for {@link #without}; null when the request is done
     */
    public static void watch(@Nullable BooleanSupplier left) {
        if (left == null) {
            LEFT.remove();
        } else {
            LEFT.set(left);
        }
    }

    /** Stands for somebody who waits without a connection. @param left tells that nobody does any more; cheap */
    public static ClientConnection without(BooleanSupplier left) {
        return new ClientConnection(null, left, Duration.ZERO);
    }

    static void set(SocketWrapperBase<?> socket) {
        CURRENT.set(socket);
    }

    static void clear() {
        CURRENT.remove();
    }

    /** True once the client has been found to be gone. */
    public boolean gone() {
        gone |= left.getAsBoolean();
        long now = System.nanoTime();
        if (!gone && socket != null && now - lookedNanos >= intervalNanos) {
            lookedNanos = now;
            try {
                socket.isReadyForRead();
            } catch (IOException _) {
                gone = true;
            }
        }
        return gone;
    }
}
