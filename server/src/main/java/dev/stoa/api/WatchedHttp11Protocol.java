package dev.stoa.api;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP/1.1, but that a request's thread can find its connection (see {@link ClientConnection}), and that a stop
 * waits for the ends of responses.
 *
 * <p>A graceful stop waits until no servlet is at work. What a servlet left in the buffer, and the last chunk of a
 * stream, Tomcat writes only after that; without another wait it would close the connection before, now and then, and
 * the client would take a whole answer for a broken one.
 */
public final class WatchedHttp11Protocol extends Http11NioProtocol {
    /** By then a graceful stop has given up on those that still are served: their clients don't read. */
    private static final Duration MOST_FOR_ENDS = Duration.ofSeconds(2);

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(5);

    private final AtomicInteger served = new AtomicInteger();

    @Override
    protected Processor createProcessor() {
        return new WatchedProcessor(this, getAdapter());
    }

    @Override
    public void stop() throws Exception {
        try {
            awaitEnds();
        } finally {
            super.stop();
        }
    }

    private void awaitEnds() throws InterruptedException {
        long until = System.nanoTime() + MOST_FOR_ENDS.toNanos();
        while (served.get() > 0 && System.nanoTime() - until < 0) {
            Thread.sleep(LOOK_INTERVAL);
        }
    }

    private final class WatchedProcessor extends Http11Processor {

        private WatchedProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
            super(protocol, adapter);
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            served.incrementAndGet();
            ClientConnection.set(socket);
            try {
                return super.service(socket);
            } finally {
                ClientConnection.clear();
                served.decrementAndGet();
            }
        }
    }
}
