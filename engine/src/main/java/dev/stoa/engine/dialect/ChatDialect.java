package dev.stoa.engine.dialect;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolCall;
import dev.stoa.engine.ToolChoice;
import dev.stoa.engine.json.Json;
import dev.stoa.engine.template.ChatTemplate;
import dev.stoa.engine.template.TemplateException;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One model's way to be asked and to answer, found from its template. Immutable and thread-safe. */
public final class ChatDialect {
    /** Mistral's templates take no other length. */
    private static final int MISTRAL_ID_CHARS = 9;

    private static final Pattern JOINED = Pattern.compile("#turn\\d#\\s*#turn\\d#");

    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final Dialect dialect;
    private final Set<Integer> shown;

    public ChatDialect(ChatTemplate template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.dialect = Dialect.of(template.source());
        Set<Integer> controls = new HashSet<>();
        for (String marker : dialect.markers()) {
            int id = marker.isEmpty() ? -1 : tokenizer.id(marker);
            if (id >= 0 && tokenizer.isControl(id) && !tokenizer.isEndOfGeneration(id)) {
                controls.add(id);
            }
        }
        this.shown = Set.copyOf(controls);
    }

    /** Whether the model's template has a place for tools. */
    public boolean knowsTools() {
        return dialect != Dialect.TOLD;
    }

    /**
     * Renders and tokenizes a conversation with the assistant's turn opened; where a call is forced, up to the call.
     *
     * @throws IllegalArgumentException if the template refuses the conversation, or arguments of a call are no JSON
     */
    public PreparedChat prepare(ChatPrompt chat) {
        List<Tool> tools = chat.toolChoice() instanceof ToolChoice.None ? List.of() : chat.tools();
        boolean forced = chat.toolChoice() instanceof ToolChoice.Any || chat.toolChoice() instanceof ToolChoice.Named;
        int[] prompt = encode(chat, tools, forced);
        boolean thinking = thinkOpened(prompt) && !forced;
        UnaryOperator<Constraint> placed = thinking ? CallGrammar::afterThought : UnaryOperator.identity();
        String opening = thinking ? Dialect.THINK_OPEN : "";
        OutputControl control = OutputControl.NONE.withShownTokens(shown);
        var grammar = CallGrammar.of(dialect, chat, tools);
        if (grammar.isPresent()) {
            control = control.withConstraint(placed.apply(grammar.get()));
        }
        if (forced && !dialect.open().isEmpty() && dialect != Dialect.LLAMA3) {
            opening = dialect.open() + dialect.afterOpen();
            prompt = join(prompt, tokenizer.encode(opening, true));
        }
        Set<String> names = tools.stream().map(Tool::name).collect(Collectors.toUnmodifiableSet());
        String opened = opening;
        return new PreparedChat(
                prompt,
                control,
                () -> new AnswerParser(dialect, names, opened),
                form -> placed.apply(CallGrammar.orCalls(dialect, chat, tools, form)));
    }

    /** As {@link dev.stoa.engine.Engine#joinsTurns}: the template is asked, by words that it doesn't hold itself. */
    public boolean joinsTurns() {
        ChatMessage system = new ChatMessage("system", "#turn1#");
        ChatMessage user = new ChatMessage("user", "#turn2#");
        ChatMessage more = new ChatMessage("user", "#turn3#");
        ChatMessage answer = new ChatMessage("assistant", "#turn4#");
        return Stream.of(List.of(system, user, answer, more), List.of(user, more), List.of(user, answer, user, more))
                .anyMatch(this::joins);
    }

    private boolean joins(List<ChatMessage> turns) {
        ChatPrompt chat = new ChatPrompt(turns, List.of(), ToolChoice.AUTO, true, Optional.empty());
        String text;
        try {
            text = IntStream.of(encode(chat, List.of(), false))
                    .mapToObj(this::spelling)
                    .collect(Collectors.joining());
        } catch (TemplateException _) {
            return false; // no such conversation is ever seen
        }
        return JOINED.matcher(text).find();
    }

    private int[] encode(ChatPrompt chat, List<Tool> tools, boolean forced) {
        List<ChatMessage> messages =
                dialect == Dialect.TOLD ? ToldTools.rewrite(chat.messages(), tools) : chat.messages();
        try {
            return template.encode(tokenizer, variables(chat, messages, tools, forced));
        } catch (TemplateException e) {
            if (messages.size() < 2 || !messages.getFirst().role().equals("system")) {
                throw e;
            }
            // Some families have no system turn (Gemma 2); what it says then opens the user's first turn.
            return template.encode(tokenizer, variables(chat, withoutSystem(messages, e), tools, forced));
        }
    }

    private static List<ChatMessage> withoutSystem(List<ChatMessage> messages, TemplateException refusal) {
        ChatMessage first = messages.get(1);
        if (!first.role().equals("user")) {
            throw refusal;
        }
        List<ChatMessage> joined = new ArrayList<>(messages.subList(1, messages.size()));
        joined.set(0, new ChatMessage("user", messages.getFirst().content() + "\n\n" + first.content()));
        return joined;
    }

    private Map<String, Object> variables(
            ChatPrompt chat, List<ChatMessage> messages, List<Tool> tools, boolean forced) {
        boolean told = dialect == Dialect.TOLD;
        Map<String, Object> variables = new LinkedHashMap<>();
        List<Map<String, Object>> list = new ArrayList<>();
        Map<String, String> names = new LinkedHashMap<>();
        for (ChatMessage message : messages) {
            message.toolCalls().forEach(call -> names.put(call.id(), call.name()));
            list.add(message(message, names));
        }
        variables.put("messages", list);
        variables.put("add_generation_prompt", true);
        if (!told && !tools.isEmpty()) {
            variables.put("tools", tools.stream().map(ChatDialect::tool).toList());
        }
        if (forced) {
            variables.put("enable_thinking", false);
        } else {
            chat.thinking().ifPresent(thinking -> variables.put("enable_thinking", thinking));
        }
        return variables;
    }

    private Map<String, Object> message(ChatMessage message, Map<String, String> names) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", message.role());
        map.put("content", message.content());
        if (!message.toolCalls().isEmpty()) {
            map.put("tool_calls", message.toolCalls().stream().map(this::call).toList());
        }
        String answers = message.toolCallId();
        if (answers != null) {
            map.put("tool_call_id", id(answers));
            map.put("name", names.getOrDefault(answers, ""));
        }
        return map;
    }

    private Map<String, Object> call(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", templateValue(Json.parse(call.arguments())));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id(call.id()));
        map.put("type", "function");
        map.put("function", function);
        return map;
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", templateValue(Json.parse(tool.parameters())));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "function");
        map.put("function", function);
        return map;
    }

    /** Ids as the family writes them: the same id always gives the same. */
    private String id(String id) {
        if (dialect != Dialect.MISTRAL || id.length() == MISTRAL_ID_CHARS) {
            return id;
        }
        long hash = 1125899906842597L;
        for (int i = 0; i < id.length(); i++) {
            hash = 31 * hash + id.charAt(i);
        }
        String digits = Long.toUnsignedString(hash, 36) + "000000000";
        return digits.substring(0, MISTRAL_ID_CHARS);
    }

    private static Object templateValue(Object json) {
        return switch (json) {
            case Map<?, ?> map -> {
                Map<String, Object> values = new LinkedHashMap<>();
                map.forEach((key, value) -> values.put((String) key, templateValue(value)));
                yield values;
            }
            case List<?> list -> list.stream().map(ChatDialect::templateValue).toList();
            case BigDecimal number ->
                number.scale() <= 0 && number.precision() - number.scale() <= 18
                        ? (Object) number.longValue()
                        : (Object) number.doubleValue();
            default -> json == Json.NULL ? ChatTemplate.NONE : json;
        };
    }

    /** Some templates open the thinking themselves. */
    private boolean thinkOpened(int[] prompt) {
        int[] end = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - 8), prompt.length);
        String text = IntStream.of(end).mapToObj(this::spelling).collect(Collectors.joining());
        return text.stripTrailing().endsWith(Dialect.THINK_OPEN);
    }

    private String spelling(int id) {
        return tokenizer.isControl(id) ? tokenizer.text(id) : tokenizer.decode(new int[] {id});
    }

    private static int[] join(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
