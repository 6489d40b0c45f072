package dev.stoa.conversation;

import dev.stoa.conversation.ImportedConversation.Fate;
import dev.stoa.conversation.ImportedConversation.ImportedMessage;
import dev.stoa.conversation.Message.Role;
import dev.stoa.document.DocumentLimits;
import dev.stoa.document.DocumentText;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads exports: Stoa's own, Claude's ({@code chat_messages}, a list) and ChatGPT's ({@code mapping}, a tree). What has no
 * words (tool calls, images, system messages) is passed over; what stood behind it then stands behind what stood before.
 */
final class ImportFormats {
    /** Version 1 of Stoa's own. */
    static final String OWN = "stoa-conversation-1";

    /** Steps of one answer. */
    private static final int STEPS_MAX = 1_000;

    /** Of the words that say why an answer failed. */
    private static final int PROBLEM_LENGTH_MAX = 2_000;

    private ImportFormats() {}

    static List<ImportedConversation> read(JsonNode file) {
        List<ImportedConversation> found = new ArrayList<>();
        if (file.isArray()) {
            file.forEach(one -> one(one).ifPresent(found::add));
        } else {
            one(file).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<ImportedConversation> one(JsonNode node) {
        if (node.path("format").asString("").equals(OWN)) {
            return Optional.of(own(node));
        }
        if (node.path("chat_messages").isArray()) {
            return Optional.of(claude(node));
        }
        if (node.path("mapping").isObject()) {
            return Optional.of(chatGpt(node));
        }
        return Optional.empty();
    }

    private static ImportedConversation own(JsonNode node) {
        List<ImportedMessage> messages = new ArrayList<>();
        for (JsonNode one : node.path("messages")) {
            add(
                    messages,
                    one.path("id").asString(""),
                    one.path("parent_id").isString() ? one.path("parent_id").asString() : null,
                    one.path("role").asString(""),
                    one.path("text").asString(""),
                    steps(one.path("steps"), one.path("text").asString("").length()),
                    text(one.path("model")),
                    time(one.path("created_at")),
                    files(one.path("attachments")),
                    fate(one));
        }
        return new ImportedConversation(
                node.path("id").asString(""),
                node.path("title").asString(""),
                TextRules.clean(node.path("instructions").asString("").strip()),
                node.path("project_id").isString() ? node.path("project_id").asString() : null,
                messages);
    }

    private static Fate fate(JsonNode one) {
        if (!one.path("role").asString("").equals("assistant")) {
            return new Fate(MessageState.COMPLETE, null, one.path("together").asBoolean(false), null);
        }
        MessageState state = MessageState.ended(one.path("state").asString(""));
        JsonNode error = one.path("error");
        boolean told = error.path("type").isString() && error.path("message").isString();
        boolean failed = state == MessageState.FAILED || state == MessageState.REFUSED;
        return new Fate(
                state,
                failed && told ? new Message.Problem(line(error.path("type")), line(error.path("message"))) : null,
                false,
                one.path("chosen_id").isString() ? one.path("chosen_id").asString() : null);
    }

    private static String line(JsonNode node) {
        String text = TextRules.clean(node.asString());
        return text.substring(0, Math.min(text.length(), PROBLEM_LENGTH_MAX));
    }

    private static ImportedConversation claude(JsonNode node) {
        List<ImportedMessage> messages = new ArrayList<>();
        String parent = null;
        for (JsonNode one : node.path("chat_messages")) {
            String id = one.path("uuid").asString("");
            String text = one.path("text").asString("");
            if (text.isBlank()) {
                text = texts(one.path("content"));
            }
            String role = one.path("sender").asString("").equals("human") ? "user" : "assistant";
            if (add(
                    messages,
                    id,
                    parent,
                    role,
                    text,
                    Steps.NONE,
                    null,
                    time(one.path("created_at")),
                    claudeFiles(one),
                    Fate.PLAIN)) {
                parent = id;
            }
        }
        return new ImportedConversation(
                node.path("uuid").asString(""), node.path("name").asString(""), messages);
    }

    /** @param above the nearest message above that has words */
    private record Place(String id, @Nullable String above) {}

    private static ImportedConversation chatGpt(JsonNode node) {
        JsonNode mapping = node.path("mapping");
        Deque<Place> open = new ArrayDeque<>();
        mapping.properties().forEach(entry -> {
            if (!mapping.has(entry.getValue().path("parent").asString(""))) {
                open.add(new Place(entry.getKey(), null));
            }
        });
        List<ImportedMessage> messages = new ArrayList<>();
        // Each is taken once: it has one parent, and circles are never reached from a root.
        while (!open.isEmpty()) {
            Place place = open.poll();
            JsonNode message = mapping.path(place.id()).path("message");
            String role = message.path("author").path("role").asString("");
            boolean taken = add(
                    messages,
                    place.id(),
                    place.above(),
                    role,
                    texts(message.path("content").path("parts")),
                    Steps.NONE,
                    text(message.path("metadata").path("model_slug")),
                    time(message.path("create_time")),
                    List.of(),
                    Fate.PLAIN);
            String above = taken ? place.id() : place.above();
            for (JsonNode child : mapping.path(place.id()).path("children")) {
                if (mapping.path(child.asString("")).path("parent").asString("").equals(place.id())) {
                    open.add(new Place(child.asString(""), above));
                }
            }
        }
        String id = node.path("conversation_id").asString(node.path("id").asString(""));
        return new ImportedConversation(
                id.isEmpty() ? node.path("title").asString("") + node.path("create_time") : id,
                node.path("title").asString(""),
                messages);
    }

    private static boolean add(
            List<ImportedMessage> messages,
            String id,
            @Nullable String parent,
            String role,
            String text,
            Steps steps,
            @Nullable String model,
            @Nullable Instant at,
            List<CarriedFile> files,
            Fate fate) {
        // An answer that failed, or only thought, has no words; what follows it hangs on it all the same.
        boolean empty = text.isBlank()
                && fate.state() == MessageState.COMPLETE
                && steps.list().isEmpty();
        if (id.isEmpty() || empty || !(role.equals("user") || role.equals("assistant"))) {
            return false;
        }
        messages.add(new ImportedMessage(id, parent, Role.ofWord(role), text, steps, model, at, files, fate));
        return true;
    }

    /** @param length of the answer's text, behind which no step can stand */
    private static Steps steps(JsonNode list, int length) {
        List<Steps.Step> steps = new ArrayList<>();
        int total = 0;
        for (JsonNode one : list) {
            String text = TextRules.clean(one.path("text").asString(""));
            total += text.length();
            boolean thinking = one.path("type").asString("").equals("thinking");
            boolean call = one.path("type").asString("").equals("tool_call");
            if (steps.size() == STEPS_MAX || total > ConversationLimits.TEXT_LENGTH_MAX) {
                break;
            }
            if (thinking || call) {
                String name = TextRules.clean(one.path("name").asString(""));
                steps.add(new Steps.Step(
                        steps.size(),
                        thinking ? Steps.Kind.THINKING : Steps.Kind.TOOL_CALL,
                        Math.clamp(one.path("at").asInt(0), 0, length),
                        thinking
                                ? null
                                : name.substring(0, Math.min(name.length(), ConversationLimits.TITLE_LENGTH_MAX)),
                        text));
            }
        }
        return Steps.of(steps);
    }

    static List<CarriedFile> files(JsonNode list) {
        return list.valueStream()
                .map(one -> file(one, one.path("name"), one.path("media_type"), one.path("size"), one.path("text")))
                .filter(file -> !file.text().isBlank())
                .limit(ConversationLimits.ATTACHMENTS_MAX)
                .toList();
    }

    private static List<CarriedFile> claudeFiles(JsonNode message) {
        return message.path("attachments")
                .valueStream()
                .map(one -> file(
                        one,
                        one.path("file_name"),
                        one.path("file_type"),
                        one.path("file_size"),
                        one.path("extracted_content")))
                .filter(file -> !file.text().isBlank())
                .limit(ConversationLimits.ATTACHMENTS_MAX)
                .toList();
    }

    private static CarriedFile file(JsonNode one, JsonNode name, JsonNode type, JsonNode size, JsonNode text) {
        String words = TextRules.clean(text.asString(""));
        boolean tooLong = words.length() > DocumentLimits.TEXT_LENGTH_MAX;
        return new CarriedFile(
                Attachments.nameOf(name.asString("")),
                type.asString("").equals(DocumentText.PDF) ? DocumentText.PDF : DocumentText.PLAIN,
                Math.max(0, size.asInt(0)),
                Math.max(0, one.path("pages").asInt(0)),
                tooLong || one.path("cut").asBoolean(false),
                tooLong ? TextRules.clean(words.substring(0, DocumentLimits.TEXT_LENGTH_MAX)) : words);
    }

    /** Strings, and the texts of blocks, one after the other. */
    private static String texts(JsonNode parts) {
        return parts.valueStream()
                .map(part ->
                        part.isString() ? part.asString() : part.path("text").asString(""))
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("\n\n"));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() && node.asString().length() <= ConversationLimits.MODEL_LENGTH_MAX
                ? node.asString()
                : null;
    }

    /** Seconds since 1970, or RFC 3339. */
    private static @Nullable Instant time(JsonNode node) {
        try {
            if (node.isNumber() && node.asDouble() > 0 && node.asDouble() < 1e11) {
                return Instant.ofEpochMilli((long) (node.asDouble() * 1000));
            }
            return node.isString() ? Instant.parse(node.asString()) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
