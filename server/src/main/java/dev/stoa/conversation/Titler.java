package dev.stoa.conversation;

import dev.stoa.engine.Priority;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Lets the model that gave the first answer name the conversation, once, when nobody else waits for it. Until then, and
 * where the model's name is no title, the first words of the first question stand there. The person's own title is never
 * replaced. Thread-safe.
 */
@Component
class Titler {
    private static final Logger LOG = LoggerFactory.getLogger(Titler.class);

    static final String INSTRUCTION = "Name the conversation below in two to six words, in its language, as a title in"
            + " a list. Write the title only, without quotation marks and without a full stop.";

    private static final Pattern PREFIX = Pattern.compile("^(?i:title|titel)\\s*:\\s*");
    private static final Pattern DRESSING = Pattern.compile("^[\\s#*_\"'“”„«»`>-]+|[\\s*_\"'“”„«»`.:]+$");

    private final JdbcClient jdbc;
    private final MessageRepository messages;
    private final Generations generations;
    private final Ids ids;

    Titler(
            JdbcClient jdbc,
            MessageRepository messages,
            Generations generations,
            Ids ids,
            ChatSettings settings,
            Runs runs) {
        this.jdbc = jdbc;
        this.messages = messages;
        this.generations = generations;
        this.ids = ids;
        if (settings.titles()) {
            runs.onEnd(this::ended);
        }
    }

    private void ended(Runs.Ended ended) {
        if (ended.answer().state() == MessageState.COMPLETE) {
            Thread.ofVirtual()
                    .name("title-" + ended.answer().conversationId())
                    .start(() -> name(ended.caller(), ended.answer()));
        }
    }

    private void name(Caller caller, dev.stoa.conversation.Message answer) {
        UUID conversation = answer.conversationId();
        try {
            if (!claim(conversation)) {
                return;
            }
            dev.stoa.conversation.Message question =
                    messages.find(Objects.requireNonNull(answer.parentId())).orElse(null);
            if (question == null) {
                return;
            }
            written(caller, answer, question).ifPresent(title -> keep(conversation, title));
        } catch (StoaException | DataAccessException e) {
            LOG.info("No title for conversation {}: {}", conversation, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One answer of one server asks. */
    private boolean claim(UUID conversation) {
        return jdbc.sql("UPDATE conversation SET title_source = 'asked' WHERE id = :id AND title_source = 'words'")
                        .param("id", conversation)
                        .update()
                == 1;
    }

    private Optional<String> written(
            Caller caller, dev.stoa.conversation.Message answer, dev.stoa.conversation.Message question)
            throws InterruptedException {
        String text = "User: " + beginning(question.text()) + "\n\nAssistant: " + beginning(answer.text());
        GenerationRequest request = GenerationRequest.builder(
                        ids.request(),
                        Objects.requireNonNull(answer.model()),
                        new Prompt.Conversation(List.of(
                                Message.text(Message.Role.SYSTEM, INSTRUCTION),
                                Message.text(Message.Role.USER, text + "\n\n" + INSTRUCTION))),
                        ConversationLimits.TITLE_TOKENS,
                        Sampling.GREEDY,
                        PromptBuilder.SURFACE)
                .stopSequences(List.of("\n"))
                .build();
        GenerationRequest last =
                request.thinking(false).withScheduling(request.scheduling().withPriority(Priority.BATCH));
        try (TokenStream stream = generations.start(caller, last)) {
            StringBuilder title = new StringBuilder();
            while (true) {
                switch (stream.next(ConversationLimits.RETRY_INTERVAL)) {
                    case TokenStream.TextDelta(String more) -> title.append(more);
                    case TokenStream.Finished finished -> {
                        return finished.reason() == StopReason.REFUSAL ? Optional.empty() : titleOf(title.toString());
                    }
                    case null, default -> {}
                }
            }
        }
    }

    private static String beginning(String text) {
        return TextRules.clean(text.substring(0, Math.min(text.length(), ConversationLimits.TITLE_SOURCE_LENGTH)));
    }

    /** A model's line as a title; empty where it is none. */
    static Optional<String> titleOf(String line) {
        String title = TextRules.clean(line).strip().lines().findFirst().orElse("");
        title = DRESSING.matcher(
                        PREFIX.matcher(DRESSING.matcher(title).replaceAll("")).replaceFirst(""))
                .replaceAll("");
        boolean good = title.length() <= ConversationLimits.AUTO_TITLE_LENGTH
                && title.codePoints().anyMatch(Character::isLetterOrDigit);
        return good ? Optional.of(title) : Optional.empty();
    }

    private void keep(UUID conversation, String title) {
        jdbc.sql("UPDATE conversation SET title = :title, title_source = 'model'"
                        + " WHERE id = :id AND title_source = 'asked'")
                .param("title", title)
                .param("id", conversation)
                .update();
    }
}
