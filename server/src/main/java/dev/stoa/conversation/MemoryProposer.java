package dev.stoa.conversation;

import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.ToolSet;
import dev.stoa.shared.Ids;
import dev.stoa.shared.StoaException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets a model that has answered a question say what of it is worth keeping in mind, by a call of a tool, when nobody
 * else waits for it. It only proposes: the person takes it or not ({@link Personal}).
 *
 * <p>The model sees the person's own words and what is remembered already; neither files nor answers, so that no text
 * that others wrote gets itself remembered. A model that doesn't know tools is not asked. What it proposes must be made
 * of words of the question, and new. Thread-safe.
 */
@Component
class MemoryProposer {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryProposer.class);

    static final String INSTRUCTION = "You decide what an assistant keeps in mind about a person between conversations."
            + " The message below is the person's. If it says something lasting about the person that helps with other"
            + " questions later, such as a name, a place, work, a preference or a plan, call remember with it, as one"
            + " short sentence in the language of the message. Most messages say nothing of the kind: a question about"
            + " the world says nothing about the person. Then answer with the word “nothing”. Leave out passwords,"
            + " account numbers, health, belief and politics.";

    private static final String KNOWN = "\n\nRemembered already:\n- ";

    private static final Tool REMEMBER =
            new Tool("remember", "Proposes to keep a fact about the person in mind.", """
                    {"type":"object","properties":{"text":{"type":"string","description":"one short sentence"}},
                     "required":["text"],"additionalProperties":false}""", false);

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final int WORD_LENGTH_MIN = 3;

    private final ProposalRepository proposals;
    private final PersonalRepository personal;
    private final MessageRepository messages;
    private final Generations generations;
    private final Inference inference;
    private final PersonalLimits limits;
    private final ConversationSupport support;
    private final Ids ids;

    MemoryProposer(
            ProposalRepository proposals,
            PersonalRepository personal,
            MessageRepository messages,
            Generations generations,
            Inference inference,
            PersonalLimits limits,
            ConversationSupport support,
            Ids ids,
            ChatSettings settings,
            Runs runs) {
        this.proposals = proposals;
        this.personal = personal;
        this.messages = messages;
        this.generations = generations;
        this.inference = inference;
        this.limits = limits;
        this.support = support;
        this.ids = ids;
        if (settings.memoryProposals()) {
            runs.onEnd(this::ended);
        }
    }

    private void ended(Runs.Ended ended) {
        String model = ended.answer().model();
        if (ended.answer().state() == MessageState.COMPLETE && model != null && inference.knowsTools(model)) {
            Thread.ofVirtual()
                    .name("memory-" + ended.answer().id())
                    .start(() -> look(
                            ended.caller(),
                            model,
                            Objects.requireNonNull(ended.answer().parentId())));
        }
    }

    private void look(Caller caller, String model, UUID questionId) {
        try {
            Personal.Instructions wanted = personal.instructions(caller.memberId());
            List<String> known = texts(caller);
            if (!wanted.useMemory() || !wanted.suggestMemory() || known.size() >= limits.memories()) {
                return;
            }
            dev.stoa.conversation.Message question = messages.find(questionId).orElse(null);
            UUID id = UUID.randomUUID();
            if (question == null || !proposals.claim(id, question, support.now())) {
                return;
            }
            asked(caller, model, question.text(), known)
                    .filter(text -> restsOn(text, question.text()))
                    .filter(text ->
                            isNew(text, Stream.concat(known.stream(), proposals.texts(caller.memberId()).stream())))
                    .ifPresent(text -> proposals.open(id, text));
        } catch (StoaException | DataAccessException e) {
            LOG.debug("Nothing to remember of question {}: {}", questionId, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> texts(Caller caller) {
        return personal.memories(caller.memberId()).stream()
                .map(Personal.Memory::text)
                .toList();
    }

    private Optional<String> asked(Caller caller, String model, String question, List<String> known)
            throws InterruptedException {
        String told = question.substring(0, Math.min(question.length(), ConversationLimits.TITLE_SOURCE_LENGTH));
        String system = INSTRUCTION + (known.isEmpty() ? "" : KNOWN + String.join("\n- ", known));
        GenerationRequest request = GenerationRequest.builder(
                        ids.request(),
                        model,
                        new Prompt.Conversation(
                                List.of(
                                        Message.text(Message.Role.SYSTEM, system),
                                        Message.text(Message.Role.USER, TextRules.clean(told))),
                                new ToolSet(List.of(REMEMBER), ToolChoice.AUTO, false),
                                Optional.of(false)),
                        ConversationLimits.PROPOSAL_TOKENS,
                        Sampling.GREEDY,
                        PromptBuilder.SURFACE)
                .scheduling(Scheduling.DEFAULT.withPriority(Priority.BATCH))
                .build();
        try (TokenStream stream = generations.start(caller, request)) {
            return called(stream);
        }
    }

    /** The sentence of the first whole call; empty where there is none. */
    private Optional<String> called(TokenStream stream) throws InterruptedException {
        StringBuilder arguments = new StringBuilder();
        boolean named = false;
        while (true) {
            switch (stream.next(ConversationLimits.RETRY_INTERVAL)) {
                case TokenStream.CallStart(int _, String _, String name) -> named = name.equals(REMEMBER.name());
                case TokenStream.CallArguments(int _, String json) -> arguments.append(json);
                case TokenStream.CallEnd(int _, boolean complete) -> {
                    if (named && complete) {
                        return sentence(arguments.toString());
                    }
                    arguments.setLength(0);
                }
                case TokenStream.Finished _ -> {
                    return Optional.empty();
                }
                case null, default -> {}
            }
        }
    }

    private Optional<String> sentence(String arguments) {
        try {
            String text = TextRules.clean(JSON.readTree(arguments).path("text").asString(""))
                    .strip()
                    .replaceAll("\\s+", " ");
            return text.isEmpty() || text.length() > limits.memoryLength() ? Optional.empty() : Optional.of(text);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Whether it shares a word with what the person said: a small model makes things up. */
    static boolean restsOn(String text, String question) {
        Set<String> said = words(question);
        return words(text).stream().anyMatch(said::contains);
    }

    private static Set<String> words(String text) {
        return NO_WORD.splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(word -> word.length() >= WORD_LENGTH_MIN)
                .collect(Collectors.toSet());
    }

    private static boolean isNew(String text, Stream<String> known) {
        String plain = plain(text);
        return known.map(MemoryProposer::plain).noneMatch(plain::equals);
    }

    private static String plain(String text) {
        return NO_WORD.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    }
}
