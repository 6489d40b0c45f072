package dev.stoa.engine.template;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template, parsed once. Immutable and thread-safe.
 *
 * <p>Guarantees: text of a message is never run as a template and never becomes a special token (see the package
 * description); a rendering ends within {@link TemplateLimits}. Whatever goes wrong is an {@link
 * IllegalArgumentException} whose message is the template's own or says what and in which line.
 */
public final class ChatTemplate {
    /** None among variables, where null can't stand, as in lists. */
    public static final Object NONE = Values.NONE;

    private final String source;
    private final List<Statement> statements;
    private final String bosToken;
    private final String eosToken;
    private final Clock clock;

    private ChatTemplate(String source, String bosToken, String eosToken, Clock clock) {
        this.source = source;
        this.statements = Parser.parse(source);
        this.bosToken = bosToken;
        this.eosToken = eosToken;
        this.clock = clock;
    }

    /** As {@link #parse(String, String, String, Clock)} with the system's clock and zone. */
    public static ChatTemplate parse(String source, String bosToken, String eosToken) {
        return parse(source, bosToken, eosToken, Clock.systemDefaultZone());
    }

    /**
     * @param bosToken the spelling of the model's first token, empty if it has none
     * @param eosToken the spelling of the model's last token, empty if it has none
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException if the source is no template of the supported dialect
     */
    public static ChatTemplate parse(String source, String bosToken, String eosToken, Clock clock) {
        return new ChatTemplate(source, bosToken, eosToken, clock);
    }

    /** The template as it stands in the file. */
    public String source() {
        return source;
    }

    /**
     * The conversation as the model reads it.
     *
     * @param addGenerationPrompt whether the assistant's next turn is opened
     * @throws TemplateException if the template refuses the conversation
     */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return render(variables(messages, addGenerationPrompt));
    }

    /**
     * Renders with any variables: strings, numbers, truth values, null, and lists and maps of these. {@code bos_token}
     * and {@code eos_token} are set if they are not given; {@code tools} and {@code documents} are none.
     *
     * @throws TemplateException if the template fails
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        return rendered(variables).toString();
    }

    /**
     * Token ids of a conversation with the assistant's turn opened; BOS is added if the file asks for it and the template
     * doesn't write it.
     *
     * @param tokenizer that of the template's model
     * @throws TemplateException if the template refuses the conversation
     */
    public int[] encodeChat(Tokenizer tokenizer, List<ChatMessage> messages) {
        return encode(tokenizer, variables(messages, true));
    }

    /** As {@link #encodeChat}, with any variables; all strings in them count as foreign. */
    public int[] encode(Tokenizer tokenizer, Map<String, ? extends @Nullable Object> variables) {
        Text text = rendered(variables);
        int[] ids = tokenizer.encode(
                text.toString(), (id, from, to) -> text.isTrusted(from, to) || mayBeTyped(tokenizer, id));
        boolean lacksBos = tokenizer.addsBos() && (ids.length == 0 || ids[0] != tokenizer.bosId());
        return lacksBos ? prepend(tokenizer.bosId(), ids) : ids;
    }

    /**
     * Whether a special token may come from a message: user-defined ones that are ordinary text to the model, such as
     * runs of spaces or HTML tags, but not those that the template itself writes, such as {@code <tool_call>}.
     */
    private boolean mayBeTyped(Tokenizer tokenizer, int id) {
        if (!tokenizer.isUserDefined(id)) {
            return false;
        }
        String spelling = tokenizer.text(id);
        return spelling.isBlank() || !source.contains(spelling);
    }

    private static int[] prepend(int first, int[] ids) {
        int[] all = new int[ids.length + 1];
        all[0] = first;
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    private static Map<String, Object> variables(List<ChatMessage> messages, boolean addGenerationPrompt) {
        List<Map<String, String>> list = new ArrayList<>(messages.size());
        for (ChatMessage message : messages) {
            Map<String, String> map = new LinkedHashMap<>();
            map.put("role", message.role());
            map.put("content", message.content());
            list.add(map);
        }
        return Map.of("messages", list, "add_generation_prompt", addGenerationPrompt);
    }

    private Text rendered(Map<String, ? extends @Nullable Object> variables) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("tools", Values.NONE);
        values.put("documents", Values.NONE);
        variables.forEach((name, value) -> values.put(name, Values.of(value, false)));
        values.putIfAbsent("bos_token", Text.trusted(bosToken));
        values.putIfAbsent("eos_token", Text.trusted(eosToken));
        try {
            return Interpreter.run(statements, values, clock);
        } catch (StackOverflowError e) {
            // Values can nest deeper than the limits see, such as a list put into itself again and again.
            TemplateException error = new TemplateException("the chat template nests values too deeply");
            error.initCause(e);
            throw error;
        }
    }
}
