package dev.stoa.conversation;

import dev.stoa.conversation.RunRepository.Sign;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Moves what this server's runs write into their logs: all runs together in one short transaction at most every
 * {@link ConversationLimits#FLUSH_INTERVAL}, the first words of a quiet server at once. Its cost does not grow with the
 * number of runs, and no run holds a connection.
 *
 * <p>A part whose fate is unknown is written again until it is known; the log takes each number once. While the database
 * is away, text waits here and readers see no more of it. The same transaction hears who was asked to stop, and whose run
 * belongs to this server no more. Thread-safe.
 */
final class RunLog {
    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

    private final RunRepository repository;
    private final UUID serverId;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Set<Run> changed = new LinkedHashSet<>();
    /** One transaction of this server at a time, so that two never wait for each other's rows. */
    private final ReentrantLock writing = new ReentrantLock();

    private final Thread writer;

    RunLog(RunRepository repository, UUID serverId) {
        this.repository = repository;
        this.serverId = serverId;
        this.writer = Thread.ofVirtual().name("run-log").unstarted(this::write);
    }

    void start() {
        writer.start();
    }

    void stop() {
        writer.interrupt();
    }

    /** The run has something for its log. */
    void changed(Run run) {
        lock.lock();
        try {
            if (changed.add(run)) {
                came.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // the thread ends here
    private void write() {
        try {
            while (true) {
                List<Run> runs = take();
                if (!flush(runs)) {
                    runs.forEach(this::changed);
                    Thread.sleep(ConversationLimits.RETRY_INTERVAL);
                }
                Thread.sleep(ConversationLimits.FLUSH_INTERVAL);
            }
        } catch (InterruptedException _) {
            LOG.debug("The log's writer ends");
        }
    }

    private List<Run> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (changed.isEmpty()) {
                came.await();
            }
            List<Run> runs = List.copyOf(changed);
            changed.clear();
            return runs;
        } finally {
            lock.unlock();
        }
    }

    /** @return false if the database did not take it; nothing is lost then */
    boolean flush(Collection<Run> runs) {
        writing.lock();
        try {
            Map<Run, Run.Piece> pieces = new LinkedHashMap<>();
            for (Run run : runs) {
                Run.Piece piece = run.toLog();
                if (piece != null) {
                    pieces.put(run, piece);
                }
            }
            if (pieces.isEmpty()) {
                return true;
            }
            Map<Run.Life, Sign> signs = repository.append(serverId, new ArrayList<>(pieces.values()));
            pieces.forEach((run, piece) -> {
                Sign sign = signs.get(run.life());
                if (sign != null) {
                    run.logged(piece);
                }
                heed(run, sign);
            });
            return true;
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Could not log {} answers; will try again: {}", runs.size(), e.getMessage());
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** Says that these runs live. */
    void heartbeat(Collection<Run> runs) {
        writing.lock();
        try {
            Map<Run.Life, Sign> signs = repository.heartbeat(serverId, runs);
            runs.forEach(run -> heed(run, signs.get(run.life())));
        } finally {
            writing.unlock();
        }
    }

    /** @param sign null if the run's row was not this server's */
    private static void heed(Run run, @org.jspecify.annotations.Nullable Sign sign) {
        if (sign == null) {
            run.requestEnd(Run.Cause.LOST);
        } else if (sign.stopRequested()) {
            run.requestEnd(Run.Cause.STOP);
        } else if (sign.steerRequested()) {
            run.requestSteer();
        }
    }
}
