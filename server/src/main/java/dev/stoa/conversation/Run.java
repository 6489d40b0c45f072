package dev.stoa.conversation;

import dev.stoa.inference.TokenStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one answer on the server that writes it: what the log holds, what waits to get there, who wants it to
 * end, and how it ended.
 *
 * <p>Readers see logged text only, so that nothing a client was shown can be missing after a crash. One thread writes
 * ({@link RunTask}), one moves text to the log ({@link RunLog}), any number read by offset, each at its own pace, so that
 * a slow one holds up nobody and costs no copy of its own. Thread-safe.
 */
final class Run {

    /** Why a run should end before its model does. The first one holds. */
    enum Cause {
        /** The user. */
        STOP,
        /** The user had something to add. */
        STEER,
        /** The server shuts down; another life of it, or another server, goes on. */
        SHUTDOWN,
        /** The run is no more this server's: taken up by another, or deleted with its conversation. */
        LOST
    }

    /** One server's time with a run: a server that loses a run and takes it up again begins another. */
    record Life(UUID messageId, int epoch) {}

    /**
     * A part of the answer on its way to the log.
     *
     * @param seq numbers the parts of a run from 1
     * @param textEnd UTF-16 code units of the answer up to the end of this part
     * @param stepsEnd of the same, of its {@link Steps}
     * @param tokens ids of the tokens behind it, and perhaps some whose text is still held back
     */
    record Piece(
            UUID messageId, int epoch, int seq, int textEnd, String text, int stepsEnd, String steps, int[] tokens) {}

    private static final int[] NO_TOKENS = {};

    private final UUID messageId;
    private final int epoch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder logged = new StringBuilder();
    private final StringBuilder pending = new StringBuilder();
    private final StringBuilder loggedSteps = new StringBuilder();
    private final StringBuilder pendingSteps = new StringBuilder();
    private int[] pendingTokens = NO_TOKENS;
    private int tokensTaken;
    private int nextSeq;
    private @Nullable Piece underWay;
    private @Nullable Cause cause;
    private @Nullable TokenStream stream;
    /** Length of the text when it was asked to end at its next sentence; negative if it was not. */
    private int steeredAt = -1;

    private boolean over;
    private @Nullable Message last;

    /** A run that begins, or goes on where the log of its last life ends. */
    Run(UUID messageId, int epoch, RunRepository.Logged log) {
        this.messageId = messageId;
        this.epoch = epoch;
        this.logged.append(log.text());
        this.loggedSteps.append(log.steps());
        this.tokensTaken = log.tokens().length;
        this.nextSeq = log.events() + 1;
    }

    UUID messageId() {
        return messageId;
    }

    int epoch() {
        return epoch;
    }

    Life life() {
        return new Life(messageId, epoch);
    }

    /** Hands the stream over, so that a request to end closes it; closes it at once if there was one. */
    void attach(TokenStream opened) {
        boolean close;
        lock.lock();
        try {
            stream = opened;
            close = cause != null;
        } finally {
            lock.unlock();
        }
        if (close) {
            opened.close();
        }
    }

    /** Wants it to end at the end of a sentence. Does not wait. */
    void requestSteer() {
        boolean now;
        lock.lock();
        try {
            if (steeredAt < 0) {
                steeredAt = length();
            }
            now = length() == 0;
        } finally {
            lock.unlock();
        }
        if (now) {
            requestEnd(Cause.STEER);
        }
    }

    /** Whether this is a good place to end, if somebody wants that. */
    boolean atBoundary() {
        lock.lock();
        try {
            return steeredAt >= 0
                    && (length() - steeredAt > ConversationLimits.STEER_LENGTH_MAX || TextRules.endsSentence(text()));
        } finally {
            lock.unlock();
        }
    }

    private int length() {
        return logged.length() + (underWay == null ? 0 : underWay.text().length()) + pending.length();
    }

    /** Does not wait. */
    void requestEnd(Cause why) {
        TokenStream close = null;
        lock.lock();
        try {
            if (cause == null && !over) {
                cause = why;
                close = stream;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (close != null) {
            close.close();
        }
    }

    @Nullable Cause cause() {
        lock.lock();
        try {
            return cause;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@code time}, or until somebody wants the run to end. */
    void pause(Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (cause == null && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ids of tokens that were handed to {@link #add} or are in the log. */
    int tokenCount() {
        lock.lock();
        try {
            return tokensTaken;
        } finally {
            lock.unlock();
        }
    }

    /** More of the answer, for the log. */
    void add(String text, String steps, int[] tokens) {
        lock.lock();
        try {
            pending.append(text);
            pendingSteps.append(steps);
            int had = pendingTokens.length;
            pendingTokens = Arrays.copyOf(pendingTokens, had + tokens.length);
            System.arraycopy(tokens, 0, pendingTokens, had, tokens.length);
            tokensTaken += tokens.length;
        } finally {
            lock.unlock();
        }
    }

    /** The part that the log lacks; the same one again until {@link #logged} has heard of it. Null if there is none. */
    @Nullable Piece toLog() {
        lock.lock();
        try {
            if (underWay == null && (!pending.isEmpty() || !pendingSteps.isEmpty() || pendingTokens.length > 0)) {
                String text = pending.toString();
                String steps = pendingSteps.toString();
                underWay = new Piece(
                        messageId,
                        epoch,
                        nextSeq,
                        logged.length() + text.length(),
                        text,
                        loggedSteps.length() + steps.length(),
                        steps,
                        pendingTokens);
                nextSeq++;
                pending.setLength(0);
                pendingSteps.setLength(0);
                pendingTokens = NO_TOKENS;
            }
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /** The part is in the log: readers may see it. */
    void logged(Piece piece) {
        lock.lock();
        try {
            assert piece == underWay : "a piece that was not under way";
            underWay = null;
            logged.append(piece.text());
            loggedSteps.append(piece.steps());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All of the answer, logged or not. */
    String text() {
        lock.lock();
        try {
            return logged + (underWay == null ? "" : underWay.text()) + pending;
        } finally {
            lock.unlock();
        }
    }

    /** All that the model did, logged or not. */
    String steps() {
        lock.lock();
        try {
            return loggedSteps + (underWay == null ? "" : underWay.steps()) + pendingSteps;
        } finally {
            lock.unlock();
        }
    }

    /** @param message as stored; null if this server no more knows how it ends */
    void end(@Nullable Message message) {
        lock.lock();
        try {
            over = true;
            last = message;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for what comes past a place or for the end; {@link Chunk.Silence} if there is neither in time.
     *
     * @return null if what follows is not to be learnt from this object
     */
    @Nullable Chunk await(Progress seen, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (over) {
                    return last == null ? null : Chunk.of(last, seen);
                }
                if (loggedSteps.length() > seen.steps()) {
                    return Chunk.of(new Steps(loggedSteps.toString()), seen);
                }
                if (logged.length() > seen.text()) {
                    return new Chunk.Text(logged.substring(seen.text()), logged.length());
                }
                if (left <= 0) {
                    return new Chunk.Silence();
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is over; whether it is. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(timeout);
        lock.lockInterruptibly();
        try {
            while (!over && left > 0) {
                left = changed.awaitNanos(left);
            }
            return over;
        } finally {
            lock.unlock();
        }
    }
}
