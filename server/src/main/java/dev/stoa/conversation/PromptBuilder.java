package dev.stoa.conversation;

import dev.stoa.conversation.Attachments.Content;
import dev.stoa.engine.Sampling;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Model;
import dev.stoa.inference.Prompt;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Makes a model's request from a branch of a conversation: the operator's system prompt, what the person tells all models,
 * what is remembered of it, its project's instructions and files, what it tells the model in this conversation, a summary
 * of what was said long ago if there is one, then the turns since. The front stays the same from one question to the next, so that a cache of prefixes helps.
 *
 * <p>When that comes to more than three quarters of the model's window, the model first puts the older turns into few
 * words ({@link Summarizer}), so that the newest quarter stays as it was said. Where it can't, the oldest turns go, whole,
 * until there is room for an answer. The question itself always stays. Thread-safe.
 *
 * <p>A question's files stand before it, whole where they fit into half of the window, else cut and marked so
 * ({@link PromptFiles}). The files of turns that were summarised stand behind the summary, in a quarter of the window.
 *
 * <p>Answers without text (failed, stopped early) are left out, and questions that then stand side by side become one
 * turn: some templates insist that roles alternate.
 */
@Component
class PromptBuilder {
    /** The surface that all requests of conversations come from. */
    static final String SURFACE = "chat";

    /** A turn's files may fill half of the window. */
    private static final int TURN_SHARE = 2;

    /** Files of turns that were summarised may fill a quarter of it. */
    private static final int CARRIED_SHARE = 4;

    /** What is remembered of the person may fill an eighth of it. */
    private static final int MEMORY_SHARE = 8;

    private final MessageRepository messages;
    private final Inference inference;
    private final AttachmentRepository attachments;
    private final ChatSettings settings;
    private final Summarizer summarizer;
    private final PersonalRepository personal;

    PromptBuilder(
            MessageRepository messages,
            AttachmentRepository attachments,
            Inference inference,
            ChatSettings settings,
            Summarizer summarizer,
            PersonalRepository personal) {
        this.attachments = attachments;
        this.messages = messages;
        this.inference = inference;
        this.settings = settings;
        this.summarizer = summarizer;
        this.personal = personal;
    }

    /**
     * The request for an answer to a question.
     *
     * @param run the one that asks; while a summary is made for it, it can be stopped
     * @throws StoaException INVALID_REQUEST in plain words if the question alone is too long for the model
     */
    GenerationRequest build(Run run, String requestId, Caller caller, String modelName, UUID question, long seed) {
        Model model = inference.model(modelName);
        List<Message> seen = seen(question);
        if (seen.isEmpty()) {
            throw new StoaException(ErrorKind.NOT_FOUND, "The question was deleted.");
        }
        UUID conversation = seen.getLast().conversationId();
        Draft bare = bare(requestId, seed);
        Draft draft = bare.with(preamble(bare, model, personal.before(conversation, fileLength(model))));
        Known known = known(draft, model, seen, summarizer.of(conversation));
        if (model.contextLength() <= 0) {
            // Not loaded yet, so there is nothing to count with: the model's own refusal will say that.
            return request(draft, modelName, known, ConversationLimits.ANSWER_TOKENS);
        }
        int full = model.contextLength() / 4 * 3;
        if (known.turns().size() > 1 && count(draft, model, known) > full) {
            known = summarised(run, draft, caller, conversation, model, known);
        }
        return fitted(draft, model, known);
    }

    /** The request for an answer in a thread that is kept nowhere. */
    GenerationRequest temporary(
            String requestId, Caller caller, String modelName, List<TemporaryChats.Line> thread, long seed) {
        Model model = inference.model(modelName);
        Draft bare = bare(requestId, seed);
        Draft draft = bare.with(preamble(bare, model, personal.personal(caller.memberId())));
        List<Turn> turns = new ArrayList<>();
        for (int at = 0; at < thread.size(); at += 2) {
            String answer = at + 1 < thread.size() ? thread.get(at + 1).text() : "";
            turns.add(new Turn(List.of(), "", thread.get(at).text(), answer, null));
        }
        Known known = Known.whole(turns);
        return model.contextLength() <= 0
                ? request(draft, modelName, known, ConversationLimits.ANSWER_TOKENS)
                : fitted(draft, model, known);
    }

    private Draft bare(String requestId, long seed) {
        Sampling sampling = new Sampling(0.7f, 0, 0.95f, 0.05f, 1.05f, 0, 0, seed);
        return new Draft(requestId, sampling, settings.systemPrompt().strip());
    }

    private String preamble(Draft bare, Model model, PersonalRepository.Before before) {
        boolean known = model.contextLength() > 0;
        return Preamble.of(
                bare.system(),
                before,
                shown(bare, model, before.files(), CARRIED_SHARE),
                known ? model.contextLength() / MEMORY_SHARE : Integer.MAX_VALUE,
                text -> known ? count(bare, model, Known.of(text)) : 0);
    }

    /** The newest turns that fill a quarter of the window, the others in few words. */
    private Known summarised(Run run, Draft draft, Caller caller, UUID conversation, Model model, Known known) {
        int cut = leastDropped(draft, model, known, model.contextLength() / 4);
        Turn last = cut == 0 ? null : known.turns().get(cut - 1);
        if (last == null || last.answerId() == null) {
            return known;
        }
        StringBuilder transcript = new StringBuilder();
        for (Turn turn : known.turns().subList(0, cut)) {
            transcript.append("User: ").append(turn.question()).append("\n\n");
            transcript.append("Assistant: ").append(turn.answer()).append("\n\n");
        }
        String text = lastPart(draft, model, transcript.toString().strip());
        return summarizer
                .make(run, caller, model.id(), conversation, last.answerId(), known.summary(), text)
                .map(summary -> behind(
                        draft,
                        model,
                        summary,
                        covered(known, cut),
                        known.from(cut).turns()))
                .orElse(known);
    }

    /** As much of the end of a text as half of the window holds: a thread that was imported may be many windows long. */
    private String lastPart(Draft draft, Model model, String text) {
        String part = text;
        while (part.length() > 1 && count(draft, model, Known.of(part)) > model.contextLength() / 2) {
            part = TextRules.clean(part.substring(part.length() / 4));
        }
        return part;
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

    private GenerationRequest fitted(Draft draft, Model model, Known known) {
        int window = model.contextLength();
        int room = window - Math.min(ConversationLimits.ANSWER_TOKENS_MIN, window / 4);
        Known kept = known.from(leastDropped(draft, model, known, room));
        int tokens = count(draft, model, kept);
        if (tokens > room) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "This message is too long for the model: it has " + tokens + " tokens and there is room for " + room
                            + ". Shorten it or choose another model.");
        }
        int answer = Math.max(1, Math.min(ConversationLimits.ANSWER_TOKENS, window - tokens));
        return request(draft, model.id(), kept, answer);
    }

    /** How many of the oldest turns must go for the rest to fit; all but the last where nothing fits. */
    private int leastDropped(Draft draft, Model model, Known known, int room) {
        // Counts fall as turns go, so a binary search finds it.
        int low = 0;
        int high = known.turns().size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (count(draft, model, known.from(middle)) <= room) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private int count(Draft draft, Model model, Known known) {
        return inference.countTokens(request(draft, model.id(), known, 1));
    }

    private GenerationRequest request(Draft draft, String model, Known known, int maxTokens) {
        List<dev.stoa.inference.Message> prompt = new ArrayList<>();
        String system = draft.system();
        if (!known.summary().isEmpty()) {
            system += (system.isEmpty() ? "" : "\n\n") + "Summary of the conversation so far:\n" + known.summary();
            system += known.files().isEmpty() ? "" : "\n\nFiles of the conversation so far:\n\n" + known.files();
        }
        if (!system.isEmpty()) {
            prompt.add(dev.stoa.inference.Message.text(Role.SYSTEM, system));
        }
        for (Turn turn : known.turns()) {
            prompt.add(dev.stoa.inference.Message.text(Role.USER, turn.prompt()));
            if (!turn.answer().isEmpty()) {
                prompt.add(dev.stoa.inference.Message.text(Role.ASSISTANT, turn.answer()));
            }
        }
        return GenerationRequest.builder(
                        draft.requestId(), model, new Prompt.Conversation(prompt), maxTokens, draft.sampling(), SURFACE)
                .build();
    }

    /** What does not hang on the thread's turns. */
    private record Draft(String requestId, Sampling sampling, String system) {
        Draft with(String preamble) {
            return new Draft(requestId, sampling, preamble);
        }
    }

    /**
     * What a prompt is made of.
     *
     * @param summary "" for none
     * @param covered the files of the questions that the summary covers
     * @param files those as the prompt shows them; "" for none
     */
    private record Known(String summary, List<Content> covered, String files, List<Turn> turns) {
        /** Without a summary. */
        static Known whole(List<Turn> turns) {
            return new Known("", List.of(), "", turns);
        }

        static Known of(String question) {
            return whole(List.of(new Turn(List.of(), "", question, "", null)));
        }

        Known from(int first) {
            return first == 0 ? this : new Known(summary, covered, files, turns.subList(first, turns.size()));
        }
    }

    /**
     * @param files of its questions
     * @param shown the files as the prompt shows them
     * @param answer "" for the last turn, which is the one to answer
     * @param answerId null for the last turn
     */
    private record Turn(
            List<Content> files,
            String shown,
            String question,
            String answer,
            @Nullable UUID answerId) {
        /** The turn with more of its answer. */
        Turn and(Message more) {
            return new Turn(files, shown, question, answer + "\n\n" + more.text(), more.id());
        }

        String prompt() {
            return shown.isEmpty() ? question : shown + "\n\n" + question;
        }
    }

    /** The turns since the newest summary on the branch. */
    private Known known(Draft draft, Model model, List<Message> branch, List<Summary> summaries) {
        Map<UUID, List<Content>> files = files(model, branch);
        for (int at = branch.size() - 1; at >= 0; at--) {
            UUID id = branch.get(at).id();
            for (Summary summary : summaries) {
                if (summary.messageId().equals(id)) {
                    List<Content> covered = branch.subList(0, at + 1).stream()
                            .flatMap(message -> files.getOrDefault(message.id(), List.of()).stream())
                            .toList();
                    List<Turn> since = turns(draft, model, branch.subList(at + 1, branch.size()), files);
                    return behind(draft, model, summary.text(), covered, since);
                }
            }
        }
        return Known.whole(turns(draft, model, branch, files));
    }

    /** The files of the branch by their questions, each no longer than the model's window could hold. */
    private Map<UUID, List<Content>> files(Model model, List<Message> branch) {
        List<UUID> questions = branch.stream()
                .filter(message -> !message.attachments().isEmpty())
                .map(Message::id)
                .toList();
        int first = Math.max(0, questions.size() - ConversationLimits.PROMPT_FILE_QUESTIONS);
        return attachments.contents(questions.subList(first, questions.size()), fileLength(model));
    }

    private static int fileLength(Model model) {
        return model.contextLength() <= 0
                ? ConversationLimits.TEXT_LENGTH_MAX
                : (int) Math.min(
                        ConversationLimits.HISTORY_LENGTH_MAX,
                        model.contextLength() * (long) PromptFiles.CHARACTERS_PER_TOKEN);
    }

    /** @param share which part of the window they may fill: 2 is half */
    private String shown(Draft draft, Model model, List<Content> files, int share) {
        int tokens = model.contextLength() <= 0 ? Integer.MAX_VALUE : model.contextLength() / share;
        // Without what the person may change at any time: a file is to be cut in the same way in all turns.
        Draft bare = draft.with(settings.systemPrompt().strip());
        return PromptFiles.fitted(
                files, tokens, text -> model.contextLength() <= 0 ? 0 : count(bare, model, Known.of(text)));
    }

    /** A summary with the files of the turns that it takes the place of: their words can't be had back from a few. */
    private Known behind(Draft draft, Model model, String summary, List<Content> covered, List<Turn> since) {
        return new Known(summary, covered, shown(draft, model, covered, CARRIED_SHARE), since);
    }

    /** The files that the summary covers, and those of the oldest turns. */
    private static List<Content> covered(Known known, int turns) {
        List<Content> covered = new ArrayList<>(known.covered());
        known.turns().subList(0, turns).forEach(turn -> covered.addAll(turn.files()));
        return covered;
    }

    private List<Turn> turns(Draft draft, Model model, List<Message> branch, Map<UUID, List<Content>> files) {
        List<Turn> turns = new ArrayList<>();
        StringBuilder question = new StringBuilder();
        List<Content> attached = new ArrayList<>();
        for (Message message : branch) {
            if (message.role() == Message.Role.USER) {
                question.append(question.isEmpty() ? "" : "\n\n").append(message.text());
                attached.addAll(files.getOrDefault(message.id(), List.of()));
            } else if (!message.text().isBlank() && !question.isEmpty()) {
                turns.add(turn(draft, model, attached, question.toString(), message.text(), message.id()));
                question.setLength(0);
                attached = new ArrayList<>();
            } else if (!message.text().isBlank() && !turns.isEmpty()) {
                // An import may have answers in a row: the model spoke, called a tool and spoke again.
                turns.add(turns.removeLast().and(message));
            }
        }
        if (!question.isEmpty()) {
            turns.add(turn(draft, model, attached, question.toString(), "", null));
        }
        return turns;
    }

    private Turn turn(
            Draft draft, Model model, List<Content> files, String question, String answer, @Nullable UUID answerId) {
        return new Turn(List.copyOf(files), shown(draft, model, files, TURN_SHARE), question, answer, answerId);
    }
}
