package dev.stoa.conversation;

import dev.stoa.conversation.Message.Role;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** One question that several models were asked beside each other, and the answer that is kept of it. Thread-safe. */
@Service
public class Comparisons {
    private final MessageRepository messages;
    private final ConversationRepository conversations;
    private final ConversationSupport support;

    Comparisons(MessageRepository messages, ConversationRepository conversations, ConversationSupport support) {
        this.messages = messages;
        this.conversations = conversations;
        this.support = support;
    }

    /**
     * Goes on with one of the answers: a copy of it becomes one more answer to the question as it was asked first, beside
     * which the others are not in the thread. Nothing is lost: they are another version of it. The same id again is the
     * same copy.
     *
     * @param id of the copy, the client's choice
     * @throws StoaException NOT_FOUND; INVALID_REQUEST if it is no answer or has not ended; CONFLICT if the id is taken
     */
    public Message keep(Caller caller, UUID answerId, UUID id) {
        Message answer = messages.find(caller.memberId(), answerId)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no message " + answerId + "."));
        if (answer.role() != Role.ASSISTANT || answer.generating()) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "Only an answer that has ended can be kept.");
        }
        return support.inTransaction(() -> {
            UUID conversation = conversations
                    .lock(caller.memberId(), answer.conversationId())
                    .orElseThrow(() -> ConversationSupport.noConversation(answer.conversationId()))
                    .id();
            Message question = firstAsked(answer);
            Optional<Message> known = messages.find(id);
            if (known.isPresent()) {
                return requireSame(known.get(), question, answer);
            }
            if (messages.count(conversation) >= ConversationLimits.MESSAGES_MAX) {
                throw new StoaException(ErrorKind.INVALID_REQUEST, "This conversation is full. Start a new one.");
            }
            if (!messages.copy(answerId, id, question.id(), support.now())) {
                throw ConversationSupport.taken(id);
            }
            conversations.touch(conversation, TextRules.title(question.text()), support.now());
            return messages.find(id).orElseThrow();
        });
    }

    private static Message requireSame(Message known, Message question, Message answer) {
        if (!question.id().equals(known.parentId()) || !known.text().equals(answer.text())) {
            throw ConversationSupport.taken(known.id());
        }
        return known;
    }

    /** The first of the questions of these same words that were asked beside each other, up to the answer's own. */
    private Message firstAsked(Message answer) {
        Message question = parent(answer).orElseThrow();
        while (question.together()) {
            Optional<Message> before = parent(question).flatMap(this::parent);
            if (before.isEmpty() || !before.get().text().equals(question.text())) {
                break;
            }
            question = before.get();
        }
        return question;
    }

    private Optional<Message> parent(Message message) {
        return message.parentId() == null ? Optional.empty() : messages.find(message.parentId());
    }
}
