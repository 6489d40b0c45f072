package dev.stoa.file;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Sweeps {@link Files} at the start and from time to time, on a thread of its own. */
final class FileSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileSweeper.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);
    /** Longer than any upload makes no progress. */
    private static final Duration ABANDONED_AFTER = Duration.ofHours(6);

    private final Files files;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("files-sweep").factory());

    FileSweeper(Files files, Clock clock) {
        this.files = files;
        this.clock = clock;
        var unused = thread.scheduleWithFixedDelay(this::sweep, 0, INTERVAL.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweep() {
        try {
            files.sweep(clock.instant().minus(ABANDONED_AFTER));
        } catch (IOException | DataAccessException e) {
            LOG.warn("Files that are no longer needed could not be removed; tried again later: {}", e.toString());
        } catch (RuntimeException e) {
            LOG.error("The sweep of files failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
