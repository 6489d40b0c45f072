package dev.stoa.inference.reuse;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Removes answers whose time is over, on a thread of its own. */
final class AnswerSweeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AnswerSweeper.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);

    private final AnswerStore store;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("answers-sweep").factory());

    AnswerSweeper(AnswerStore store) {
        this.store = store;
        var unused = thread.scheduleWithFixedDelay(
                this::sweep, INTERVAL.toSeconds(), INTERVAL.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweep() {
        try {
            store.sweep();
        } catch (DataAccessException | TransactionException e) {
            log.warn("Answers past their time could not be removed; tried again later: {}", e.toString());
        } catch (RuntimeException e) {
            log.error("The sweep of answers failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
