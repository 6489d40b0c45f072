package dev.stoa.conversation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One subscriber's view of an answer: everything past a place, then the live tail, without a gap.
 *
 * <p>While this server writes the answer the text comes from the run's memory; else from the run's log, to which another
 * server adds, or from the ended message. All three hold the same text from its first character, so changing over between
 * them needs nothing but that place. No connection is held while it waits. One thread.
 */
public final class AnswerFeed implements AutoCloseable {
    private final Runs runs;
    private final RunRepository log;
    private final MessageRepository messages;
    private final Bell.Ear ear;
    private final UUID messageId;
    private Progress seen;

    AnswerFeed(Runs runs, RunRepository log, MessageRepository messages, Bell bell, UUID messageId, Progress seen) {
        this.runs = runs;
        this.log = log;
        this.messages = messages;
        this.messageId = messageId;
        this.seen = seen;
        this.ear = bell.listen(messageId);
    }

    /** Waits at most {@code timeout} for what is new. */
    public Chunk next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            Optional<Run> run = runs.find(messageId);
            Chunk chunk = run.isPresent() ? run.get().await(seen, left) : stored();
            if (chunk == null) {
                continue; // the run has left this server: the database knows how it goes on
            }
            seen = seen.with(chunk);
            if (!(chunk instanceof Chunk.Silence) || run.isPresent() || left.isZero()) {
                return chunk;
            }
            if (runs.draining()) {
                return new Chunk.Away();
            }
            Duration look = ConversationLimits.POLL_INTERVAL;
            ear.await(left.compareTo(look) < 0 ? left : look);
        }
    }

    /** How much was given out. */
    public Progress seen() {
        return seen;
    }

    private Chunk stored() {
        List<RunRepository.Event> events = log.eventsPast(messageId, seen);
        if (!events.isEmpty() && events.getLast().stepsEnd() > seen.steps()) {
            Steps steps = new Steps(log.log(messageId).steps());
            if (steps.length() > seen.steps()) {
                return Chunk.of(steps, seen);
            }
            events = List.of(); // the run has ended meanwhile, and its log gone
        }
        if (events.isEmpty()) {
            return messages.find(messageId)
                    .map(message -> Chunk.of(message, seen))
                    .orElseGet(Chunk.Gone::new);
        }
        int offset = seen.text();
        RunRepository.Event first = events.getFirst();
        int begin = first.textEnd() - first.text().length();
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.text()));
        return new Chunk.Text(
                text.substring(Math.max(0, offset - begin)), events.getLast().textEnd());
    }

    @Override
    public void close() {
        ear.close();
    }
}
