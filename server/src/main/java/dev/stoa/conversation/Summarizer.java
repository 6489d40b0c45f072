package dev.stoa.conversation;

import dev.stoa.engine.Sampling;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Lets a model put the older part of a branch into few words, together with the summary that stood before it, and keeps
 * what it wrote. It goes the way of every request, so it is admitted, judged and counted. Thread-safe.
 */
@Component
class Summarizer {
    private static final Logger LOG = LoggerFactory.getLogger(Summarizer.class);

    static final String INSTRUCTION = "Summarise the conversation below for yourself, so that you can go on with it"
            + " without seeing it: what was asked, what was answered, names, numbers, decisions, open points. Write short"
            + " sentences in the language of the conversation. Write the summary only.";

    private final JdbcClient jdbc;
    private final Generations generations;
    private final Ids ids;

    Summarizer(JdbcClient jdbc, Generations generations, Ids ids) {
        this.jdbc = jdbc;
        this.generations = generations;
        this.ids = ids;
    }

    /** The summaries of all branches of a conversation. */
    List<Summary> of(UUID conversation) {
        return jdbc.sql("SELECT message_id, text, model, created_at FROM summary WHERE conversation_id = :id")
                .param("id", conversation)
                .query((row, index) -> new Summary(
                        row.getObject("message_id", UUID.class),
                        row.getString("text"),
                        row.getString("model"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /**
     * Makes and keeps a summary of everything up to a message.
     *
     * @param run the one that needs it: its end is the summary's too
     * @param before the summary that it begins with; "" for none
     * @param transcript what was said since
     * @return empty if the model could not; nothing is lost then
     */
    Optional<String> make(
            Run run, Caller caller, String model, UUID conversation, UUID messageId, String before, String transcript) {
        String text = before.isEmpty() ? transcript : "Summary of what came before:\n" + before + "\n\n" + transcript;
        List<Message> prompt = new ArrayList<>();
        prompt.add(Message.text(Message.Role.SYSTEM, INSTRUCTION));
        prompt.add(Message.text(Message.Role.USER, text));
        GenerationRequest request = GenerationRequest.builder(
                        ids.request(),
                        model,
                        new Prompt.Conversation(prompt),
                        ConversationLimits.SUMMARY_TOKENS,
                        Sampling.GREEDY,
                        PromptBuilder.SURFACE)
                .build();
        try (TokenStream stream = generations.start(caller, request.thinking(false))) {
            run.attach(stream);
            Optional<String> summary = read(stream);
            summary.ifPresent(written -> keep(conversation, messageId, written, model));
            return summary;
        } catch (StoaException e) {
            LOG.info("No summary for conversation {}: {}", conversation, e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<String> read(TokenStream stream) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (stream.next(ConversationLimits.RETRY_INTERVAL)) {
                case null -> {}
                case TokenStream.Started started -> {}
                case TokenStream.TextDelta(String more) -> text.append(more);
                case TokenStream.ThinkingDelta _, TokenStream.CallStart _, TokenStream.CallArguments _ -> {}
                case TokenStream.CallEnd _, TokenStream.Logprobs _, TokenStream.Cited _, TokenStream.Passed _ -> {}
                case TokenStream.Finished finished -> {
                    String written = TextRules.clean(text.toString()).strip();
                    boolean good = finished.reason() != StopReason.REFUSAL && !written.isEmpty();
                    return good ? Optional.of(written) : Optional.empty();
                }
            }
        }
    }

    private void keep(UUID conversation, UUID messageId, String text, String model) {
        jdbc.sql("""
                        INSERT INTO summary (message_id, conversation_id, text, model)
                        VALUES (:message, :conversation, :text, :model) ON CONFLICT (message_id) DO NOTHING
                        """)
                .param("message", messageId)
                .param("conversation", conversation)
                .param("text", text)
                .param("model", model)
                .update();
    }
}
