package dev.stoa.conversation;

import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Appends an answer's text to its row, one short write every {@link ConversationLimits#FLUSH_INTERVAL}. A write whose
 * fate is unknown is followed by one that replaces all, so that no text is ever there twice. One thread.
 */
final class RowWriter implements RunTask.AnswerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(RowWriter.class);

    /** With nothing to write the reader only wakes to look around. */
    private static final Duration IDLE_WAIT = Duration.ofSeconds(1);

    private final RunRepository repository;
    private final Run run;
    private final UUID serverId;
    private final StringBuilder pending = new StringBuilder();
    private long dueNanos;
    private boolean replaceAll;

    RowWriter(RunRepository repository, Run run, UUID serverId) {
        this.repository = repository;
        this.run = run;
        this.serverId = serverId;
    }

    @Override
    public void add(String text) {
        if (pending.isEmpty()) {
            dueNanos = System.nanoTime() + ConversationLimits.FLUSH_INTERVAL.toNanos();
        }
        pending.append(text);
    }

    @Override
    public Duration untilFlush() {
        if (pending.isEmpty()) {
            return IDLE_WAIT;
        }
        return Duration.ofNanos(Math.max(1, dueNanos - System.nanoTime()));
    }

    @Override
    public boolean flushIfDue() {
        if (pending.isEmpty() || dueNanos - System.nanoTime() > 0) {
            return true;
        }
        try {
            boolean mine = replaceAll
                    ? repository.replace(run.messageId(), serverId, run.text())
                    : repository.append(run.messageId(), serverId, pending.toString());
            pending.setLength(0);
            replaceAll = false;
            return mine;
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Could not store part of message {}; will try again: {}", run.messageId(), e.getMessage());
            replaceAll = true;
            dueNanos = System.nanoTime() + IDLE_WAIT.toNanos();
            return true;
        }
    }
}
