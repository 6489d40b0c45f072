package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** Answers, while they are written and after: reading, following, ending. Thread-safe. */
@Service
public class Answers {
    private final MessageRepository messages;
    private final RunRepository runRows;
    private final Runs runs;
    private final Bell bell;

    Answers(MessageRepository messages, RunRepository runRows, Runs runs, Bell bell) {
        this.messages = messages;
        this.runRows = runRows;
        this.runs = runs;
        this.bell = bell;
    }

    /** A message of the caller; another's is NOT_FOUND. */
    public Message message(Caller caller, UUID id) {
        return messages.find(caller.memberId(), id).orElseThrow(() -> noMessage(id));
    }

    /**
     * Follows a message.
     *
     * @param seen what the subscriber has
     */
    public AnswerFeed follow(Caller caller, UUID id, Progress seen) {
        return feed(message(caller, id).id(), seen);
    }

    /** Ends the run that writes a message, wherever it runs, and waits until it has; what has ended stays as it is. */
    public Message stop(Caller caller, UUID id) throws InterruptedException {
        Message message = message(caller, id);
        if (!message.generating()) {
            return message;
        }
        runs.find(id).ifPresentOrElse(run -> run.requestEnd(Run.Cause.STOP), () -> runRows.requestStop(id));
        return awaitEnd(id);
    }

    /** As {@link #stop}, but at the end of the sentence that is being written, or soon after where it has none. */
    Message steer(Caller caller, UUID id) throws InterruptedException {
        Message message = message(caller, id);
        if (!message.generating()) {
            return message;
        }
        runs.find(id).ifPresentOrElse(Run::requestSteer, () -> runRows.requestSteer(id));
        try {
            return awaitEnd(id);
        } catch (StoaException e) {
            if (e.kind() != ErrorKind.TIMEOUT) {
                throw e;
            }
            return stop(caller, id);
        }
    }

    /**
     * Lets another answer to the same question be read in the place of one that has questions behind it: later turns,
     * exports and copies see the other, and so do all devices.
     *
     * @param chosen the other; the answer itself takes the choice back
     * @throws StoaException NOT_FOUND; INVALID_REQUEST if they don't answer the same question
     */
    public Message choose(Caller caller, UUID id, UUID chosen) {
        Message place = message(caller, id);
        Message other = message(caller, chosen);
        boolean same = place.parentId() != null && place.parentId().equals(other.parentId());
        if (place.role() != Message.Role.ASSISTANT || !same) {
            throw TextRules.invalid("answer_id", "must be an answer to the same question");
        }
        messages.choose(id, id.equals(chosen) ? null : chosen);
        return message(caller, id);
    }

    private Message awaitEnd(UUID id) throws InterruptedException {
        try (AnswerFeed feed = feed(id, Progress.ALL)) {
            return switch (feed.next(ConversationLimits.STOP_WAIT)) {
                case Chunk.End(Message ended) -> ended;
                case Chunk.Gone gone -> throw noMessage(id);
                case Chunk.Text _, Chunk.Doing _ ->
                    throw new IllegalStateException("there is no text past the last offset");
                case Chunk.Silence silence ->
                    throw new StoaException(ErrorKind.TIMEOUT, "The answer did not stop in time. Try again.");
                case Chunk.Away away ->
                    throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down. Try again.");
            };
        }
    }

    private AnswerFeed feed(UUID id, Progress seen) {
        return new AnswerFeed(runs, runRows, messages, bell, id, seen);
    }

    private static StoaException noMessage(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no message " + id + ".");
    }
}
