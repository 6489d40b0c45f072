package dev.stoa.conversation;

import dev.stoa.conversation.ImportedConversation.ImportedMessage;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Conversations in and out: all of a member's own words, in a form that can be read back. What is imported gets ids made
 * from the member's and the file's, so the same file twice makes nothing twice. Thread-safe.
 */
@Service
public class Transfer {
    private final Conversations conversations;
    private final ConversationRepository rows;
    private final MessageRepository messages;
    private final AttachmentRepository files;
    private final PersonalTransfer personal;
    private final PersonalLimits limits;
    private final TransactionTemplate transactions;
    private final Clock clock;

    Transfer(
            Conversations conversations,
            ConversationRepository rows,
            MessageRepository messages,
            AttachmentRepository files,
            PersonalTransfer personal,
            PersonalLimits limits,
            TransactionTemplate transactions,
            Clock clock) {
        this.conversations = conversations;
        this.rows = rows;
        this.messages = messages;
        this.files = files;
        this.personal = personal;
        this.limits = limits;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * A whole conversation, all branches, oldest message first.
     *
     * @param files by the questions that have some
     */
    public record Whole(Conversation conversation, List<Message> messages, Map<UUID, List<CarriedFile>> files) {}

    /**
     * What came of a file.
     *
     * @param skipped conversations that were there already, or held no words
     * @param personal memories, presets, projects and instructions that were taken in
     */
    public record Result(
            int imported,
            int skipped,
            int personal,
            @Nullable UUID first) {}

    public Whole export(Caller caller, UUID id) {
        Conversations.Thread thread = conversations.changedSince(caller, id, 0);
        List<Message> all = messages.all(id);
        return new Whole(thread.conversation(), all, files.carried(all));
    }

    /** The newest branch as Markdown. */
    public String markdown(Caller caller, UUID id) {
        Conversations.Thread thread = conversations.branch(caller, id, null);
        StringBuilder text = new StringBuilder("# ")
                .append(
                        thread.conversation().title().isEmpty()
                                ? "Conversation"
                                : thread.conversation().title())
                .append('\n');
        if (!thread.conversation().instructions().isEmpty()) {
            text.append('\n')
                    .append(quoted("Instructions", thread.conversation().instructions()));
        }
        for (Message message : thread.messages()) {
            String who = message.role() == Message.Role.USER ? "You" : String.valueOf(message.model());
            text.append("\n## ")
                    .append(who)
                    .append("\n\n")
                    .append(attached(message))
                    .append(told(message).strip())
                    .append('\n');
        }
        return text.toString();
    }

    /** An answer's words with what the model thought and called between them. */
    private static String told(Message message) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (Steps.Step step : message.steps().list()) {
            int to = Math.clamp(step.at(), at, message.text().length());
            String head = step.kind() == Steps.Kind.THINKING ? "Thinking" : "Calls " + step.name();
            text.append(message.text(), at, to)
                    .append("\n\n")
                    .append(quoted(head, step.text()))
                    .append('\n');
            at = to;
        }
        return text.append(message.text().substring(at)).toString();
    }

    private static String quoted(String head, String text) {
        return "> **" + head + "**\n>\n"
                + text.strip().lines().map(line -> "> " + line + "\n").collect(Collectors.joining());
    }

    private static String attached(Message message) {
        return message.attachments().isEmpty()
                ? ""
                : message.attachments().stream()
                        .map(file -> file.name().replaceAll("([\\\\`*_\\[\\]<>])", "\\\\$1"))
                        .collect(Collectors.joining(", ", "*Attached: ", "*\n\n"));
    }

    /** @throws StoaException INVALID_REQUEST if the file is none that is known */
    public Result importAll(Caller caller, JsonNode file) {
        List<ImportedConversation> found = ImportFormats.read(file);
        List<JsonNode> personalParts = PersonalTransfer.in(file);
        if (found.isEmpty() && personalParts.isEmpty()) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "This file holds no conversations that Stoa can read: take the JSON export of Stoa, or"
                            + " conversations.json of the others.");
        }
        // Before the conversations, which may be in its projects.
        int taken = personalParts.stream()
                .mapToInt(part -> personal.take(caller, part))
                .sum();
        int imported = 0;
        UUID first = null;
        for (ImportedConversation one : found) {
            UUID id = idOf(caller, one.id());
            if (!one.messages().isEmpty()
                    && Boolean.TRUE.equals(transactions.execute(status -> store(caller, id, one)))) {
                imported++;
                first = first == null ? id : first;
            }
        }
        return new Result(imported, found.size() - imported, taken, first);
    }

    /** Makes a shared copy the caller's own conversation; the same copy twice is one. */
    public Conversation copy(Caller caller, String secret, Shares.Copy copy) {
        List<ImportedMessage> lines = new ArrayList<>();
        for (Shares.Line line : copy.messages()) {
            String number = Integer.toString(lines.size());
            String parent = lines.isEmpty() ? null : lines.getLast().id();
            lines.add(new ImportedMessage(
                    number,
                    parent,
                    Message.Role.ofWord(line.role()),
                    line.text(),
                    Steps.NONE,
                    line.model(),
                    null,
                    line.files()));
        }
        String name = "shared/" + secret;
        transactions.execute(
                status -> store(caller, idOf(caller, name), new ImportedConversation(name, copy.title(), lines)));
        return conversations
                .changedSince(caller, idOf(caller, name), Long.MAX_VALUE)
                .conversation();
    }

    private boolean store(Caller caller, UUID id, ImportedConversation one) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        String title = TextRules.clean(one.title().strip());
        if (title.length() > ConversationLimits.TITLE_LENGTH_MAX) {
            title = TextRules.title(title);
        }
        if (rows.insert(id, caller.memberId(), begun(caller, title, one), now).isEmpty()) {
            return false;
        }
        Map<String, UUID> ids = new HashMap<>();
        List<ImportedMessage> ordered = new ArrayList<>(one.messages());
        if (ordered.size() > ConversationLimits.MESSAGES_MAX) {
            ordered = ordered.subList(0, ConversationLimits.MESSAGES_MAX);
        }
        for (ImportedMessage message : ordered) {
            UUID parent = message.parent() == null ? null : ids.get(message.parent());
            if (parent == null && message.role() == Message.Role.ASSISTANT) {
                continue; // an answer to nothing
            }
            UUID messageId = idOf(caller, one.id() + "/" + message.id());
            String text = TextRules.clean(message.text());
            Message stored = new Message(
                    messageId,
                    id,
                    parent,
                    message.role(),
                    text.substring(0, Math.min(text.length(), ConversationLimits.TEXT_LENGTH_MAX)),
                    message.role() == Message.Role.ASSISTANT ? message.steps() : Steps.NONE,
                    List.of(),
                    MessageState.COMPLETE,
                    null,
                    message.model(),
                    null,
                    null,
                    false,
                    null,
                    null,
                    message.at() == null ? now : message.at().truncatedTo(ChronoUnit.MICROS));
            if (messages.insert(stored)) {
                ids.put(message.id(), messageId);
                keep(caller, stored, message.files(), now);
            }
        }
        return true;
    }

    private Conversations.Beginning begun(Caller caller, String title, ImportedConversation one) {
        String instructions = one.instructions().length() > limits.instructionsLength() ? "" : one.instructions();
        UUID project = one.project() == null ? null : personal.project(caller, one.project());
        return new Conversations.Beginning(title, null, instructions, project);
    }

    private void keep(Caller caller, Message question, List<CarriedFile> carried, Instant now) {
        List<Attachment> kept = new ArrayList<>();
        for (CarriedFile file : carried) {
            Attachment one = new Attachment(
                    idOf(caller, question.id() + "/" + kept.size()),
                    file.name(),
                    file.mediaType(),
                    file.size(),
                    file.pages(),
                    file.text().length(),
                    file.cut());
            if (files.insert(caller.memberId(), one, file.text(), now)) {
                kept.add(one);
            }
        }
        files.attach(question.conversationId(), question.id(), kept);
    }

    static UUID idOf(Caller caller, String name) {
        return UUID.nameUUIDFromBytes(("import/" + caller.memberId() + "/" + name).getBytes(StandardCharsets.UTF_8));
    }
}
