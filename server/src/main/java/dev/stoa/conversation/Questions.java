package dev.stoa.conversation;

import dev.stoa.conversation.Message.Role;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Questions and the runs that answer them, one at a time or several of one thread at once.
 *
 * <p>Ids are chosen by clients, so that a client that got no answer may send the same again: the same id with the same
 * content gives the same answer, with other content it is a CONFLICT. Thread-safe.
 *
 * <p>A question that is asked beside running ones stands in the tree behind the last of them, and carries the place in the
 * thread that they all saw. So the tree stays one line in the order of the questions, and what comes later sees all.
 */
@Service
public class Questions {
    private static final Duration RUNS_RETRY_AFTER = Duration.ofSeconds(5);

    private final ConversationRepository conversations;
    private final MessageRepository messages;
    private final RunRepository runRows;
    private final QueueRepository queue;
    private final Runs runs;
    private final Answers answers;
    private final Inference inference;
    private final AttachmentRepository fileRows;
    private final Attachments files;
    private final ConversationSupport support;
    private final Ids ids;

    Questions(
            ConversationRepository conversations,
            MessageRepository messages,
            RunRepository runRows,
            QueueRepository queue,
            Runs runs,
            Answers answers,
            Inference inference,
            AttachmentRepository fileRows,
            Attachments files,
            ConversationSupport support,
            Ids ids) {
        this.conversations = conversations;
        this.messages = messages;
        this.runRows = runRows;
        this.queue = queue;
        this.runs = runs;
        this.answers = answers;
        this.inference = inference;
        this.fileRows = fileRows;
        this.files = files;
        this.support = support;
        this.ids = ids;
    }

    /**
     * What a client asks.
     *
     * @param parentId the answer it follows, however old: a stale one makes a branch; null begins a new one
     * @param attachments files that were taken before, in the order they are shown
     * @param model null takes the conversation's, or else the server's default
     * @param seed the same seed gives the same answer to the same thread on the same model; null draws one
     * @param policy what to do where an answer before it is still being written; null refuses it then
     */
    public record Question(
            UUID id,
            UUID replyId,
            @Nullable UUID parentId,
            String text,
            List<UUID> attachments,
            @Nullable String model,
            @Nullable Long seed,
            @Nullable Policy policy) {
        public Question {
            attachments = List.copyOf(attachments);
        }
    }

    /** What became of a question. */
    public sealed interface Asked {}

    /** A question and the answer that is being written to it. */
    public record Exchange(Message message, Message reply) implements Asked {}

    /** It waits its turn. */
    public record InQueue(Queued queued) implements Asked {}

    /**
     * Adds a question and starts a run that answers it, or lets it wait.
     *
     * @param requestId the name of the request that brought it
     */
    public Asked ask(Caller caller, UUID conversationId, Question question, String requestId)
            throws InterruptedException {
        TextRules.require("text", question.text(), ConversationLimits.TEXT_LENGTH_MAX);
        if (question.id().equals(question.replyId())) {
            throw TextRules.invalid("reply_id", "must differ from id");
        }
        if (messages.find(question.id()).isEmpty()) {
            makeWay(caller, conversationId, question);
        }
        long seed = question.seed() == null ? ids.seed() : question.seed();
        Stored<Asked> stored = support.inTransaction(() -> store(caller, conversationId, question, seed));
        if (stored.fresh() && stored.value() instanceof Exchange exchange) {
            runs.start(caller, exchange.reply(), seed, requestId);
        }
        return stored.value();
    }

    /** Ends the answers before it where its policy says so. */
    private void makeWay(Caller caller, UUID conversationId, Question question) throws InterruptedException {
        UUID parent = question.parentId();
        if (parent == null || (question.policy() != Policy.INSTEAD && question.policy() != Policy.STEER)) {
            return;
        }
        if (conversations.find(caller.memberId(), conversationId).isEmpty()) {
            throw ConversationSupport.noConversation(conversationId);
        }
        for (UUID running : messages.runningAbove(conversationId, parent)) {
            if (question.policy() == Policy.STEER) {
                answers.steer(caller, running);
            } else {
                answers.stop(caller, running);
            }
        }
    }

    private Stored<Asked> store(Caller caller, UUID conversationId, Question question, long seed) {
        Conversation conversation = lock(caller, conversationId);
        Optional<Message> known = messages.find(question.id());
        if (known.isPresent()) {
            return Stored.known(repeated(conversationId, question, known.get()));
        }
        Optional<Queued> waiting = queue.find(question.id());
        if (waiting.isPresent()) {
            if (!waiting.get().conversationId().equals(conversationId)
                    || !waiting.get().text().equals(question.text())
                    || !ids(waiting.get().attachments()).equals(question.attachments())) {
                throw ConversationSupport.taken(question.id());
            }
            return Stored.known(new InQueue(waiting.get()));
        }
        UUID parent = question.parentId();
        Message before = parent == null ? null : requireAnswer(conversationId, parent);
        if (before != null && question.policy() == Policy.TOGETHER) {
            Message beside =
                    messages.find(Objects.requireNonNull(before.parentId())).orElseThrow();
            UUID context = beside.together() ? beside.contextId() : beside.parentId();
            return Stored.fresh(add(caller, conversation, question, true, context, seed));
        }
        boolean busy = before != null
                && !messages.runningAbove(conversationId, before.id()).isEmpty();
        boolean others = before != null
                && question.policy() == Policy.AFTER
                && !queue.list(conversationId).isEmpty();
        if (before != null && question.policy() == Policy.AFTER && (busy || others)) {
            return Stored.fresh(enqueue(caller, conversation, question, before.id(), seed));
        }
        if (busy) {
            throw new StoaException(
                    ErrorKind.CONFLICT, "That answer is still being written. Wait for its end, or stop it.");
        }
        return Stored.fresh(add(caller, conversation, question, false, null, seed));
    }

    private InQueue enqueue(Caller caller, Conversation conversation, Question question, UUID after, long seed) {
        if (queue.list(conversation.id()).size() >= ConversationLimits.QUEUE_MAX) {
            throw new StoaException(
                    ErrorKind.CONFLICT,
                    "There are " + ConversationLimits.QUEUE_MAX
                            + " questions waiting already. Wait for one to be asked.");
        }
        String model = question.model() == null
                ? null
                : support.knownModel(question.model()).id();
        Queued queued = new Queued(
                question.id(),
                question.replyId(),
                conversation.id(),
                after,
                question.text(),
                files.require(caller, question.attachments()),
                model,
                support.now());
        queue.insert(queued, seed, caller);
        fileRows.attach(conversation.id(), queued.id(), queued.attachments());
        conversations.touch(conversation.id(), TextRules.title(question.text()), queued.createdAt());
        return new InQueue(queued);
    }

    /** Stores a question and its empty answer. For transactions that hold the conversation. */
    private Exchange add(
            Caller caller,
            Conversation conversation,
            Question asked,
            boolean together,
            @Nullable UUID context,
            long seed) {
        Message question = new Message(
                asked.id(),
                conversation.id(),
                asked.parentId(),
                Role.USER,
                asked.text(),
                Steps.NONE,
                files.require(caller, asked.attachments()),
                MessageState.COMPLETE,
                null,
                asked.model(),
                null,
                null,
                together,
                context,
                null,
                support.now());
        Message reply = answer(asked.replyId(), conversation.id(), asked.id(), modelOf(conversation, asked.model()));
        requireRoom(caller, conversation.id());
        if (!messages.insert(question)) {
            throw ConversationSupport.taken(asked.id());
        }
        fileRows.attach(conversation.id(), question.id(), question.attachments());
        insertAnswer(caller, reply, seed);
        conversations.touch(conversation.id(), TextRules.title(asked.text()), question.createdAt());
        return new Exchange(question, reply);
    }

    /** Starts a run that writes another answer to a question; the answers before it stay. */
    public Message answerAgain(
            Caller caller, UUID questionId, UUID id, @Nullable String model, @Nullable Long seed, String requestId) {
        Message question = answers.message(caller, questionId);
        if (question.role() != Role.USER) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "Only a question can be answered; this is an answer.");
        }
        long drawn = seed == null ? ids.seed() : seed;
        Stored<Message> stored = support.inTransaction(() -> {
            Conversation conversation = lock(caller, question.conversationId());
            Optional<Message> known = messages.find(id);
            if (known.isPresent()) {
                Message other = known.get();
                boolean same = questionId.equals(other.parentId()) && other.role() == Role.ASSISTANT;
                if (!same || (model != null && !support.knownModel(model).id().equals(other.model()))) {
                    throw ConversationSupport.taken(id);
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

    /** Asks the next question that waits in a conversation, if its time has come. @return whether one was */
    boolean askNext(UUID conversationId) {
        Optional<Next> next = support.findInTransaction(() -> takeNext(conversationId));
        next.ifPresent(one -> runs.start(one.caller(), one.reply(), one.seed(), ids.request()));
        return next.isPresent();
    }

    private record Next(Caller caller, Message reply, long seed) {}

    private @Nullable Next takeNext(UUID conversationId) {
        Conversation conversation = conversations.lock(conversationId).orElse(null);
        if (conversation == null) {
            return null;
        }
        for (QueueRepository.Waiting waiting : queue.list(conversationId)) {
            Queued queued = waiting.question();
            Message before = messages.find(queued.afterId()).orElseThrow();
            boolean held = before.state() == MessageState.FAILED || before.state() == MessageState.INTERRUPTED;
            if (!held && messages.runningAbove(conversationId, queued.afterId()).isEmpty()) {
                queue.delete(queued.id());
                Question question = new Question(
                        queued.id(),
                        queued.replyId(),
                        queued.afterId(),
                        queued.text(),
                        ids(queued.attachments()),
                        queued.model(),
                        waiting.seed(),
                        null);
                Exchange exchange = add(waiting.caller(), conversation, question, false, null, waiting.seed());
                queue.follow(queued.afterId(), exchange.reply().id());
                return new Next(waiting.caller(), exchange.reply(), waiting.seed());
            }
        }
        return null;
    }

    private Exchange repeated(UUID conversationId, Question asked, Message known) {
        boolean same = known.conversationId().equals(conversationId)
                && known.role() == Role.USER
                && known.text().equals(asked.text())
                && ids(known.attachments()).equals(asked.attachments())
                && (asked.policy() == Policy.AFTER
                        || (Objects.equals(known.parentId(), asked.parentId())
                                && Objects.equals(known.model(), asked.model())));
        return messages.find(asked.replyId())
                .filter(reply -> same && asked.id().equals(reply.parentId()))
                .map(reply -> new Exchange(known, reply))
                .orElseThrow(() -> ConversationSupport.taken(asked.id()));
    }

    private Message answer(UUID id, UUID conversation, UUID question, String model) {
        return new Message(
                id,
                conversation,
                question,
                Role.ASSISTANT,
                "",
                Steps.NONE,
                List.of(),
                MessageState.GENERATING,
                null,
                model,
                null,
                null,
                false,
                null,
                null,
                support.now());
    }

    private static List<UUID> ids(List<Attachment> attachments) {
        return attachments.stream().map(Attachment::id).toList();
    }

    private void insertAnswer(Caller caller, Message reply, long seed) {
        if (!messages.insert(reply)) {
            throw ConversationSupport.taken(reply.id());
        }
        runRows.insert(reply.id(), runs.serverId(), caller, seed);
    }

    private Conversation lock(Caller caller, UUID id) {
        return conversations.lock(caller.memberId(), id).orElseThrow(() -> ConversationSupport.noConversation(id));
    }

    private Message requireAnswer(UUID conversationId, UUID parentId) {
        Message parent = messages.find(parentId)
                .filter(found -> found.conversationId().equals(conversationId))
                .orElseThrow(() -> TextRules.invalid("parent_id", "there is no such message in this conversation"));
        if (parent.role() != Role.ASSISTANT) {
            throw TextRules.invalid("parent_id", "must name an answer");
        }
        return parent;
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
        return asked == null && conversation.model() != null ? conversation.model() : modelOf(asked);
    }

    /** The model of a name, or else the server's default. */
    String modelOf(@Nullable String asked) {
        if (asked != null) {
            return support.knownModel(asked).id();
        }
        return inference.models().stream()
                .findFirst()
                .map(Model::id)
                .orElseThrow(() -> new StoaException(ErrorKind.OVERLOADED, "There is no model on this server yet."));
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
