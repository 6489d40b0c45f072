package dev.stoa.conversation;

import dev.stoa.conversation.ImportedConversation.Fate;
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
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/**
 * Conversations in and out: all of a member's own words, in a form that can be read back. What is imported gets ids made
 * from the member's and the file's, so the same file twice makes nothing twice; it brings back what was deleted since.
 * Thread-safe.
 */
@Service
public class Transfer {
    private final Conversations conversations;
    private final ConversationRepository rows;
    private final MessageRepository messages;
    private final AttachmentRepository files;
    private final Attachments attachments;
    private final PersonalTransfer personal;
    private final PersonalLimits limits;
    private final TransactionTemplate transactions;
    private final Clock clock;

    Transfer(
            Conversations conversations,
            ConversationRepository rows,
            MessageRepository messages,
            AttachmentRepository files,
            Attachments attachments,
            PersonalTransfer personal,
            PersonalLimits limits,
            TransactionTemplate transactions,
            Clock clock) {
        this.conversations = conversations;
        this.rows = rows;
        this.messages = messages;
        this.files = files;
        this.attachments = attachments;
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
     * @param imported conversations, those with them that were there and deleted
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

    /** Makes a shared copy the caller's own conversation; the same copy twice is one, also after it was deleted. */
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
                    line.files(),
                    Fate.PLAIN));
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
            return restore(caller, id);
        }
        Map<String, Message> known = new HashMap<>();
        Map<@Nullable UUID, Message> byId = new HashMap<>();
        List<ImportedMessage> ordered = new ArrayList<>(one.messages());
        if (ordered.size() > ConversationLimits.MESSAGES_MAX) {
            ordered = ordered.subList(0, ConversationLimits.MESSAGES_MAX);
        }
        for (ImportedMessage message : ordered) {
            Message parent = message.parent() == null ? null : known.get(message.parent());
            if (parent == null && message.role() == Message.Role.ASSISTANT) {
                continue; // an answer to nothing
            }
            Message beside = parent == null ? null : byId.get(parent.parentId());
            UUID messageId = idOf(caller, one.id() + "/" + message.id());
            Message stored = message(messageId, id, message, parent, beside, now);
            if (messages.insert(stored)) {
                known.put(message.id(), stored);
                byId.put(messageId, stored);
                files.attach(id, messageId, attachments.carry(caller, messageId, message.files()));
            }
        }
        for (ImportedMessage message : ordered) {
            choose(known, message);
        }
        return true;
    }

    /** Takes back the deletion of what an earlier import made. @return false if it was not deleted */
    private boolean restore(Caller caller, UUID id) {
        return rows.find(caller.memberId(), id).isEmpty()
                && rows.restore(caller.memberId(), id).isPresent();
    }

    /** @param beside the question of the answer before it, if there is one */
    private static Message message(
            UUID id,
            UUID conversation,
            ImportedMessage from,
            @Nullable Message parent,
            @Nullable Message beside,
            Instant now) {
        boolean answer = from.role() == Message.Role.ASSISTANT;
        boolean together = false;
        UUID context = null;
        if (beside != null && !answer && from.fate().together()) {
            together = true;
            context = beside.together() ? beside.contextId() : beside.parentId();
        }
        String text = TextRules.clean(from.text());
        return new Message(
                id,
                conversation,
                parent == null ? null : parent.id(),
                from.role(),
                text.substring(0, Math.min(text.length(), ConversationLimits.TEXT_LENGTH_MAX)),
                answer ? from.steps() : Steps.NONE,
                List.of(),
                from.fate().state(),
                from.fate().error(),
                from.model(),
                null,
                null,
                together,
                context,
                null,
                from.at() == null ? now : from.at().truncatedTo(ChronoUnit.MICROS));
    }

    /** Another answer to the same question is read in this one's place, as it was where the file was made. */
    private void choose(Map<String, Message> known, ImportedMessage from) {
        Message answer = known.get(from.id());
        Message chosen =
                from.fate().chosen() == null ? null : known.get(from.fate().chosen());
        if (answer != null
                && chosen != null
                && !chosen.id().equals(answer.id())
                && chosen.role() == Message.Role.ASSISTANT
                && Objects.equals(chosen.parentId(), answer.parentId())) {
            messages.choose(answer.id(), chosen.id());
        }
    }

    private Conversations.Beginning begun(Caller caller, String title, ImportedConversation one) {
        String instructions = one.instructions().length() > limits.instructionsLength() ? "" : one.instructions();
        UUID project = one.project() == null ? null : personal.project(caller, one.project());
        return new Conversations.Beginning(title, null, instructions, project);
    }

    static UUID idOf(Caller caller, String name) {
        return UUID.nameUUIDFromBytes(("import/" + caller.memberId() + "/" + name).getBytes(StandardCharsets.UTF_8));
    }
}
