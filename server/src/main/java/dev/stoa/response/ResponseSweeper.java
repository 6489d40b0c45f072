package dev.stoa.response;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Removes responses whose time is over, on a thread of its own. */
final class ResponseSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseSweeper.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);

    private final ResponseStore store;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("responses-sweep").factory());

    ResponseSweeper(ResponseStore store) {
        this.store = store;
        var unused = thread.scheduleWithFixedDelay(this::sweep, 0, INTERVAL.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweep() {
        try {
            store.sweep();
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Responses past their time could not be removed; tried again later: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("The sweep of responses failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
