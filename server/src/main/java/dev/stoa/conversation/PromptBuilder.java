package dev.stoa.conversation;

import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Model;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Makes a model's request from a branch of a conversation: the system prompt, then as many of the newest turns as leave
 * room for an answer, by the model's own count of tokens. Oldest turns go first and whole; the question itself always
 * stays. Thread-safe.
 *
 * <p>Answers without text (failed, stopped early) are left out, and questions that then stand side by side become one
 * turn: some templates insist that roles alternate.
 */
@Component
class PromptBuilder {
    /** The surface that all requests of conversations come from. */
    static final String SURFACE = "chat";

    private final MessageRepository messages;
    private final Inference inference;
    private final ChatSettings settings;

    PromptBuilder(MessageRepository messages, Inference inference, ChatSettings settings) {
        this.messages = messages;
        this.inference = inference;
        this.settings = settings;
    }

    /**
     * The request for an answer to a question.
     *
     * @throws StoaException INVALID_REQUEST in plain words if the question alone is too long for the model
     */
    GenerationRequest build(String requestId, String modelName, UUID question, long seed) {
        Model model = inference.model(modelName);
        List<Turn> turns = turns(seen(question));
        if (turns.isEmpty()) {
            throw new StoaException(ErrorKind.NOT_FOUND, "The question was deleted.");
        }
        Sampling sampling = new Sampling(0.7f, 0, 0.95f, 0.05f, 1.05f, 0, 0, seed);
        if (model.contextLength() <= 0) {
            // Not loaded yet, so there is nothing to count with: the model's own refusal will say that.
            return request(requestId, modelName, turns, ConversationLimits.ANSWER_TOKENS, sampling);
        }
        return fitted(requestId, model, turns, sampling);
    }

    /** What the answer to a question knows of the thread, the question last. */
    private List<Message> seen(UUID questionId) {
        Message question = messages.find(questionId).orElse(null);
        if (question == null || !question.together()) {
            return messages.branch(questionId, ConversationLimits.HISTORY_LENGTH_MAX);
        }
        UUID context = question.contextId();
        List<Message> seen = new ArrayList<>(
                context == null ? List.of() : messages.branch(context, ConversationLimits.HISTORY_LENGTH_MAX));
        seen.add(question);
        return seen;
    }

    private GenerationRequest fitted(String requestId, Model model, List<Turn> turns, Sampling sampling) {
        int window = model.contextLength();
        int room = window - Math.min(ConversationLimits.ANSWER_TOKENS_MIN, window / 4);
        int dropped = 0;
        int tokens = count(requestId, model, turns, sampling);
        if (tokens > room) {
            // The least number of dropped turns that fits: counts fall as turns go, so a binary search finds it.
            int low = 1;
            int high = turns.size() - 1;
            dropped = high;
            tokens = count(requestId, model, turns.subList(high, turns.size()), sampling);
            if (tokens > room) {
                throw new StoaException(
                        ErrorKind.INVALID_REQUEST,
                        "This message is too long for the model: it has " + tokens + " tokens and there is room for "
                                + room + ". Shorten it or choose another model.");
            }
            while (low < high) {
                int middle = (low + high) >>> 1;
                int counted = count(requestId, model, turns.subList(middle, turns.size()), sampling);
                if (counted <= room) {
                    high = middle;
                    dropped = middle;
                    tokens = counted;
                } else {
                    low = middle + 1;
                }
            }
        }
        int answer = Math.max(1, Math.min(ConversationLimits.ANSWER_TOKENS, window - tokens));
        return request(requestId, model.id(), turns.subList(dropped, turns.size()), answer, sampling);
    }

    private int count(String requestId, Model model, List<Turn> turns, Sampling sampling) {
        return inference.countTokens(request(requestId, model.id(), turns, 1, sampling));
    }

    private GenerationRequest request(
            String requestId, String model, List<Turn> turns, int maxTokens, Sampling sampling) {
        List<dev.stoa.inference.Message> prompt = new ArrayList<>();
        if (!settings.systemPrompt().isBlank()) {
            prompt.add(dev.stoa.inference.Message.text(Role.SYSTEM, settings.systemPrompt()));
        }
        for (Turn turn : turns) {
            prompt.add(dev.stoa.inference.Message.text(Role.USER, turn.question()));
            if (!turn.answer().isEmpty()) {
                prompt.add(dev.stoa.inference.Message.text(Role.ASSISTANT, turn.answer()));
            }
        }
        return new GenerationRequest(requestId, model, prompt, maxTokens, sampling, List.of(), SURFACE);
    }

    /** @param answer "" for the last turn, which is the one to answer */
    private record Turn(String question, String answer) {}

    private static List<Turn> turns(List<Message> branch) {
        List<Turn> turns = new ArrayList<>();
        StringBuilder question = new StringBuilder();
        for (Message message : branch) {
            if (message.role() == Message.Role.USER) {
                question.append(question.isEmpty() ? "" : "\n\n").append(message.text());
            } else if (!message.text().isBlank() && !question.isEmpty()) {
                turns.add(new Turn(question.toString(), message.text()));
                question.setLength(0);
            }
        }
        if (!question.isEmpty()) {
            turns.add(new Turn(question.toString(), ""));
        }
        return turns;
    }
}
