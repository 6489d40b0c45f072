package dev.stoa.conversation;

import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Answers whose thread only the client has: nothing of it is written anywhere, so there is no run to come back to, and an
 * answer ends with its connection. It is admitted, judged and counted as every other. Thread-safe.
 */
@Service
public class TemporaryChats {
    private final PromptBuilder prompts;
    private final Generations generations;
    private final Questions questions;
    private final Ids ids;

    TemporaryChats(PromptBuilder prompts, Generations generations, Questions questions, Ids ids) {
        this.prompts = prompts;
        this.generations = generations;
        this.questions = questions;
        this.ids = ids;
    }

    /** What was said by one side. */
    public record Line(Message.Role role, String text) {}

    /**
     * Begins the answer to the last of these lines.
     *
     * @param thread oldest first, the sides in turn, the question last
     * @param model null takes the server's default
     * @param seed null draws one
     */
    public TokenStream answer(
            Caller caller, List<Line> thread, @Nullable String model, @Nullable Long seed, String requestId) {
        if (thread.size() % 2 == 0 || thread.size() > ConversationLimits.BRANCH_PAGE_MAX) {
            throw TextRules.invalid(
                    "messages",
                    "must be questions and answers in turn, a question first and last, at most "
                            + ConversationLimits.BRANCH_PAGE_MAX);
        }
        for (int at = 0; at < thread.size(); at++) {
            boolean user = at % 2 == 0;
            if (user != (thread.get(at).role() == Message.Role.USER)) {
                throw TextRules.invalid("messages", "must be questions and answers in turn, a question first and last");
            }
            TextRules.require("messages", thread.get(at).text(), ConversationLimits.TEXT_LENGTH_MAX);
        }
        long drawn = seed == null ? ids.seed() : seed;
        try {
            return generations.start(
                    caller, prompts.temporary(requestId, caller, questions.modelOf(model), thread, drawn));
        } catch (StoaException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                throw new StoaException(ErrorKind.INVALID_REQUEST, "model: " + e.getMessage(), null, e);
            }
            throw e;
        }
    }
}
