package dev.stoa.conversation;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * One subscriber's view of an answer: everything past an offset, then the live tail, without a gap.
 *
 * <p>While this server writes the answer the text comes from the run's memory; else from the row, which is looked at
 * every {@link ConversationLimits#POLL_INTERVAL} while another server writes it. Both hold the same text from its first
 * character, so changing over between them needs nothing but the offset. One thread.
 */
public final class AnswerFeed {
    private final Runs runs;
    private final MessageRepository messages;
    private final UUID messageId;
    private int offset;

    AnswerFeed(Runs runs, MessageRepository messages, UUID messageId, int offset) {
        this.runs = runs;
        this.messages = messages;
        this.messageId = messageId;
        this.offset = offset;
    }

    /** Waits at most {@code timeout} for what is new. */
    public Chunk next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            Optional<Run> run = runs.find(messageId);
            Chunk chunk = run.isPresent() ? run.get().await(offset, left) : stored();
            if (chunk instanceof Chunk.Text(String text, int end)) {
                offset = end;
            }
            if (!(chunk instanceof Chunk.Silence) || run.isPresent() || left.isZero()) {
                return chunk;
            }
            Duration poll = ConversationLimits.POLL_INTERVAL;
            Thread.sleep(left.compareTo(poll) < 0 ? left : poll);
        }
    }

    private Chunk stored() {
        return messages.find(messageId)
                .map(message -> Chunk.of(message, offset))
                .orElseGet(Chunk.Gone::new);
    }
}
