package dev.stoa.conversation;

import dev.stoa.conversation.Message.Role;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Conversations and their messages, for surfaces. A member sees its own; what belongs to another is NOT_FOUND, as if it
 * were not there.
 *
 * <p>Ids are chosen by clients, so that a client that got no answer may send the same again: the same id with the same
 * content gives the same answer, with other content it is a CONFLICT. Thread-safe.
 */
@Service
public class Conversations {
    private static final Duration RUNS_RETRY_AFTER = Duration.ofSeconds(5);

    private final ConversationRepository conversations;
    private final MessageRepository messages;
    private final RunRepository runRows;
    private final Runs runs;
    private final Bell bell;
    private final Inference inference;
    private final TransactionTemplate transactions;
    private final Ids ids;
    private final Clock clock;

    Conversations(
            ConversationRepository conversations,
            MessageRepository messages,
            RunRepository runRows,
            Runs runs,
            Bell bell,
            Inference inference,
            TransactionTemplate transactions,
            Ids ids,
            Clock clock) {
        this.conversations = conversations;
        this.messages = messages;
        this.runRows = runRows;
        this.runs = runs;
        this.bell = bell;
        this.inference = inference;
        this.transactions = transactions;
        this.ids = ids;
        this.clock = clock;
    }

    /** A question and the answer that is being written to it. */
    public record Exchange(Message message, Message reply) {}

    /** A conversation with all of its messages, oldest first. */
    public record Thread(Conversation conversation, List<Message> messages) {
        public Thread {
            messages = List.copyOf(messages);
        }
    }

    /** A conversation, and whether this call made it. */
    public record Creation(Conversation conversation, boolean created) {}

    /** @param before the {@link Page#next} of the page before; null for the first page */
    public Page list(Caller caller, int limit, @Nullable String before) {
        if (limit < 1 || limit > ConversationLimits.PAGE_SIZE_MAX) {
            throw TextRules.invalid("limit", "must be between 1 and " + ConversationLimits.PAGE_SIZE_MAX);
        }
        Cursor after = before == null ? null : Cursor.decode(before);
        List<Conversation> found = conversations.page(caller.memberId(), limit, after);
        if (found.size() <= limit) {
            return new Page(found, null);
        }
        List<Conversation> page = found.subList(0, limit);
        return new Page(page, Cursor.after(page.getLast()).encode());
    }

    /** A conversation of the caller that has this id already is given back as it is. */
    public Creation create(Caller caller, UUID id, @Nullable String title, @Nullable String model) {
        if (title != null && !title.isEmpty()) {
            TextRules.require("title", title, ConversationLimits.TITLE_LENGTH_MAX);
        }
        String chosen = model == null ? null : knownModel(model).id();
        Instant now = now();
        Conversation fresh =
                new Conversation(id, caller.memberId(), title == null ? "" : title.strip(), chosen, now, now);
        if (conversations.insert(fresh)) {
            return new Creation(fresh, true);
        }
        return conversations
                .find(caller.memberId(), id)
                .map(known -> new Creation(known, false))
                .orElseThrow(() -> taken(id));
    }

    public Thread read(Caller caller, UUID id) {
        Conversation conversation = conversations.find(caller.memberId(), id).orElseThrow(() -> noConversation(id));
        return new Thread(conversation, messages.list(id));
    }

    public Conversation rename(Caller caller, UUID id, String title) {
        TextRules.require("title", title, ConversationLimits.TITLE_LENGTH_MAX);
        return conversations.rename(caller.memberId(), id, title.strip(), now()).orElseThrow(() -> noConversation(id));
    }

    /** Ends its runs and removes it with all of its messages. */
    public void delete(Caller caller, UUID id) {
        List<UUID> running = inTransaction(() -> {
            List<UUID> locked = runRows.lockIn(id);
            if (!conversations.delete(caller.memberId(), id)) {
                throw noConversation(id);
            }
            return locked;
        });
        // Runs of other servers find their row gone at their next write.
        running.forEach(message -> runs.find(message).ifPresent(run -> run.requestEnd(Run.Cause.LOST)));
    }

    public Message message(Caller caller, UUID id) {
        return messages.find(caller.memberId(), id).orElseThrow(() -> noMessage(id));
    }

    /**
     * Adds a question and starts a run that answers it.
     *
     * @param parentId the answer it follows, however old: a stale one makes a branch; null begins a new one
     * @param model null takes the conversation's, or else the server's default
     * @param seed the same seed gives the same answer to the same thread on the same model; null draws one
     * @param requestId the name of the request that brought it
     */
    public Exchange ask(
            Caller caller,
            UUID conversationId,
            UUID id,
            UUID replyId,
            @Nullable UUID parentId,
            String text,
            @Nullable String model,
            @Nullable Long seed,
            String requestId) {
        TextRules.require("text", text, ConversationLimits.TEXT_LENGTH_MAX);
        if (id.equals(replyId)) {
            throw TextRules.invalid("reply_id", "must differ from id");
        }
        long drawn = seed == null ? ids.seed() : seed;
        Stored<Exchange> stored = inTransaction(() -> {
            Conversation conversation = lock(caller, conversationId);
            Message question = new Message(
                    id, conversationId, parentId, Role.USER, text, MessageState.COMPLETE, null, model, null, now());
            Optional<Message> known = messages.find(id);
            if (known.isPresent()) {
                return Stored.known(repeated(question, known.get(), replyId));
            }
            requireAnswer(conversationId, parentId);
            Message reply = answer(replyId, conversationId, id, modelOf(conversation, model));
            requireRoom(caller, conversationId);
            if (!messages.insert(question)) {
                throw taken(id);
            }
            insertAnswer(caller, reply, drawn);
            conversations.touch(conversationId, TextRules.title(text), question.createdAt());
            return Stored.fresh(new Exchange(question, reply));
        });
        if (stored.fresh()) {
            runs.start(caller, stored.value().reply(), drawn, requestId);
        }
        return stored.value();
    }

    /** Starts a run that writes another answer to a question; the answers before it stay. */
    public Message answerAgain(
            Caller caller, UUID questionId, UUID id, @Nullable String model, @Nullable Long seed, String requestId) {
        Message question = message(caller, questionId);
        if (question.role() != Role.USER) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "Only a question can be answered; this is an answer.");
        }
        long drawn = seed == null ? ids.seed() : seed;
        Stored<Message> stored = inTransaction(() -> {
            Conversation conversation = lock(caller, question.conversationId());
            Optional<Message> known = messages.find(id);
            if (known.isPresent()) {
                Message other = known.get();
                boolean same = questionId.equals(other.parentId()) && other.role() == Role.ASSISTANT;
                if (!same || (model != null && !knownModel(model).id().equals(other.model()))) {
                    throw taken(id);
                }
                return Stored.known(other);
            }
            Message reply = answer(id, conversation.id(), questionId, modelOf(conversation, model));
            requireRoom(caller, conversation.id());
            insertAnswer(caller, reply, drawn);
            conversations.touch(conversation.id(), TextRules.title(question.text()), reply.createdAt());
            return Stored.fresh(reply);
        });
        if (stored.fresh()) {
            runs.start(caller, stored.value(), drawn, requestId);
        }
        return stored.value();
    }

    /** Ends the run that writes a message, wherever it runs, and waits until it has; what has ended stays as it is. */
    public Message stop(Caller caller, UUID id) throws InterruptedException {
        Message message = message(caller, id);
        if (!message.generating()) {
            return message;
        }
        runs.find(id).ifPresentOrElse(run -> run.requestEnd(Run.Cause.STOP), () -> runRows.requestStop(id));
        try (AnswerFeed feed = feed(id, Integer.MAX_VALUE)) {
            return switch (feed.next(ConversationLimits.STOP_WAIT)) {
                case Chunk.End(Message ended) -> ended;
                case Chunk.Gone gone -> throw noMessage(id);
                case Chunk.Text text -> throw new IllegalStateException("there is no text past the last offset");
                case Chunk.Silence silence ->
                    throw new StoaException(ErrorKind.TIMEOUT, "The answer did not stop in time. Try again.");
                case Chunk.Away away ->
                    throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down. Try again.");
            };
        }
    }

    /**
     * Follows a message.
     *
     * @param offset UTF-16 code units that the subscriber has
     */
    public AnswerFeed follow(Caller caller, UUID id, int offset) {
        return feed(message(caller, id).id(), offset);
    }

    private AnswerFeed feed(UUID id, int offset) {
        return new AnswerFeed(runs, runRows, messages, bell, id, offset);
    }

    private Exchange repeated(Message asked, Message known, UUID replyId) {
        boolean same = known.conversationId().equals(asked.conversationId())
                && Objects.equals(known.parentId(), asked.parentId())
                && known.role() == Role.USER
                && known.text().equals(asked.text())
                && Objects.equals(known.model(), asked.model());
        return messages.find(replyId)
                .filter(reply -> same && asked.id().equals(reply.parentId()))
                .map(reply -> new Exchange(known, reply))
                .orElseThrow(() -> taken(asked.id()));
    }

    private Message answer(UUID id, UUID conversation, UUID question, String model) {
        return new Message(
                id, conversation, question, Role.ASSISTANT, "", MessageState.GENERATING, null, model, null, now());
    }

    private void insertAnswer(Caller caller, Message reply, long seed) {
        if (!messages.insert(reply)) {
            throw taken(reply.id());
        }
        runRows.insert(reply.id(), runs.serverId(), caller, seed);
    }

    private Conversation lock(Caller caller, UUID id) {
        return conversations.lock(caller.memberId(), id).orElseThrow(() -> noConversation(id));
    }

    private void requireAnswer(UUID conversationId, @Nullable UUID parentId) {
        if (parentId == null) {
            return;
        }
        Message parent = messages.find(parentId)
                .filter(found -> found.conversationId().equals(conversationId))
                .orElseThrow(() -> TextRules.invalid("parent_id", "there is no such message in this conversation"));
        if (parent.role() != Role.ASSISTANT) {
            throw TextRules.invalid("parent_id", "must name an answer");
        }
        if (parent.generating()) {
            throw new StoaException(
                    ErrorKind.CONFLICT, "That answer is still being written. Wait for its end, or stop it.");
        }
    }

    private void requireRoom(Caller caller, UUID conversationId) {
        runs.requireAccepting();
        if (messages.count(conversationId) + 2 > ConversationLimits.MESSAGES_MAX) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "This conversation is full. Start a new one.");
        }
        conversations.lockMember(caller.memberId());
        if (runRows.running(caller.memberId()) >= ConversationLimits.RUNS_PER_MEMBER) {
            throw new StoaException(
                    ErrorKind.RATE_LIMITED,
                    ConversationLimits.RUNS_PER_MEMBER + " answers are being written for you. Wait for one to end.",
                    RUNS_RETRY_AFTER,
                    null);
        }
    }

    private String modelOf(Conversation conversation, @Nullable String asked) {
        if (asked != null) {
            return knownModel(asked).id();
        }
        if (conversation.model() != null) {
            return conversation.model();
        }
        return inference.models().stream()
                .findFirst()
                .map(Model::id)
                .orElseThrow(() -> new StoaException(ErrorKind.OVERLOADED, "There is no model on this server yet."));
    }

    /** Of a body's field, so a wrong name is the request's fault and not a path that is not there. */
    private Model knownModel(String name) {
        try {
            return inference.model(name);
        } catch (StoaException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "model: " + e.getMessage(), null, e);
        }
    }

    /** As precise as PostgreSQL stores it, so that the first answer and a repeated one are the same. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transactions.execute(status -> work.get()));
    }

    private static StoaException noConversation(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no conversation " + id + ".");
    }

    private static StoaException noMessage(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no message " + id + ".");
    }

    private static StoaException taken(UUID id) {
        return new StoaException(ErrorKind.CONFLICT, "The id " + id + " is taken by something else.");
    }

    /** @param fresh whether it was stored just now, or was known */
    private record Stored<T>(T value, boolean fresh) {
        static <T> Stored<T> fresh(T value) {
            return new Stored<>(value, true);
        }

        static <T> Stored<T> known(T value) {
            return new Stored<>(value, false);
        }
    }
}
