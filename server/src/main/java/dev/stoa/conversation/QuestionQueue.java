package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Questions that wait their turn: shown, changed, moved and removed until they are asked. The end of an answer asks the
 * next one; what a dying server left undone, a look around does. After an answer that failed they wait for the person.
 * Thread-safe.
 */
@Service
public class QuestionQueue {
    private static final Logger LOG = LoggerFactory.getLogger(QuestionQueue.class);

    private final QueueRepository queue;
    private final AttachmentRepository files;
    private final ConversationRepository conversations;
    private final Questions questions;
    private final Runs runs;
    private final TransactionTemplate transactions;

    /** Where the last look ended; null at the end of all. */
    private @Nullable UUID looked;

    QuestionQueue(
            QueueRepository queue,
            AttachmentRepository files,
            ConversationRepository conversations,
            Questions questions,
            Runs runs,
            TransactionTemplate transactions) {
        this.queue = queue;
        this.files = files;
        this.conversations = conversations;
        this.questions = questions;
        this.runs = runs;
        this.transactions = transactions;
        runs.onEnd(ended -> askNext(ended.answer().conversationId()));
        runs.onLook(this::look);
    }

    /** Those of a conversation of the caller, in their order. */
    public List<Queued> list(Caller caller, UUID conversationId) {
        if (conversations.find(caller.memberId(), conversationId).isEmpty()) {
            throw notThere(conversationId);
        }
        return rows(conversationId);
    }

    private List<Queued> rows(UUID conversationId) {
        return queue.list(conversationId).stream()
                .map(QueueRepository.Waiting::question)
                .toList();
    }

    /**
     * Changes one that waits.
     *
     * @param text null leaves it
     * @param index its new place, from 0; null leaves it
     * @return the whole queue
     */
    public List<Queued> change(Caller caller, UUID id, @Nullable String text, @Nullable Integer index) {
        if (text != null) {
            TextRules.require("text", text, ConversationLimits.TEXT_LENGTH_MAX);
        }
        return Objects.requireNonNull(transactions.execute(status -> {
            Queued one = lock(caller, id);
            if (text != null) {
                queue.update(id, text);
            }
            if (index != null) {
                List<UUID> order = new ArrayList<>(
                        rows(one.conversationId()).stream().map(Queued::id).toList());
                order.remove(id);
                order.add(Math.clamp(index, 0, order.size()), id);
                queue.rank(order);
            }
            return rows(one.conversationId());
        }));
    }

    /** Removes one that waits. */
    public void remove(Caller caller, UUID id) {
        transactions.executeWithoutResult(status -> {
            lock(caller, id);
            queue.delete(id);
            files.detach(id);
        });
    }

    /** One that is still there when nobody else can ask it. */
    private Queued lock(Caller caller, UUID id) {
        Queued one = queue.find(id).orElseThrow(() -> notThere(id));
        if (conversations.lock(caller.memberId(), one.conversationId()).isEmpty()) {
            throw notThere(id);
        }
        return queue.find(id).orElseThrow(() -> notThere(id));
    }

    private void askNext(UUID conversationId) {
        try {
            if (questions.askNext(conversationId)) {
                LOG.debug("Asked what waited in {}", conversationId);
            }
        } catch (DataAccessException | TransactionException | StoaException e) {
            // Too many at once, a server that drains: a later look asks it.
            LOG.debug("What waits in {} waits on: {}", conversationId, e.getMessage());
        }
    }

    /**
     * On the thread of {@link Runs}' looks. Each goes on where the last one ended, so what can't be asked holds nothing
     * else back.
     */
    private void look() {
        if (!runs.draining()) {
            List<UUID> idle = queue.idle(looked, ConversationLimits.TAKE_UP_BATCH);
            looked = idle.size() < ConversationLimits.TAKE_UP_BATCH ? null : idle.getLast();
            idle.forEach(this::askNext);
        }
    }

    private static StoaException notThere(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is nothing waiting under " + id + ".");
    }
}
