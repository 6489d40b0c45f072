package dev.stoa.engine.dialect;

import java.util.List;

/** How a family of models writes its calls. */
enum Dialect {
    /** {@code <tool_call>{"name": …, "arguments": …}</tool_call>}: Hermes, Qwen 2.5 and 3, and many after them. */
    HERMES("<tool_call>", "\n", "</tool_call>", "arguments"),

    /** As {@link #HERMES}, told to the model in the conversation, as its template knows nothing of tools. */
    TOLD("<tool_call>", "\n", "</tool_call>", "arguments"),

    /** {@code [TOOL_CALLS][{"name": …, "arguments": …}, …]}, or {@code [TOOL_CALLS]name[ARGS]{…}}: Mistral. */
    MISTRAL("[TOOL_CALLS]", "", "", "arguments"),

    /** An answer that is nothing but {@code {"name": …, "parameters": …}}: Llama 3. */
    LLAMA3("<|python_tag|>", "", "", "parameters"),

    /** As {@link #LLAMA3}, for templates that show tools in a way that isn't known here. */
    BARE("", "", "", "arguments");

    static final String THINK_OPEN = "<think>";
    static final String THINK_CLOSE = "</think>";

    private final String open;
    private final String afterOpen;
    private final String close;
    private final String argumentsKey;

    Dialect(String open, String afterOpen, String close, String argumentsKey) {
        this.open = open;
        this.afterOpen = afterOpen;
        this.close = close;
        this.argumentsKey = argumentsKey;
    }

    /** What a template's source tells of its family. */
    static Dialect of(String template) {
        if (!template.contains("tools")) {
            return TOLD;
        }
        if (template.contains("[TOOL_CALLS]")) {
            return MISTRAL;
        }
        if (template.contains("<tool_call>")) {
            return HERMES;
        }
        return template.contains("<|python_tag|>") || template.contains("<|start_header_id|>") ? LLAMA3 : BARE;
    }

    /** Begins a call; empty if nothing does. */
    String open() {
        return open;
    }

    /** What stands between {@link #open} and the call in training. */
    String afterOpen() {
        return afterOpen;
    }

    /** Ends a call; empty if nothing does. */
    String close() {
        return close;
    }

    String argumentsKey() {
        return argumentsKey;
    }

    /** Whether an answer that begins with a brace may be a call. */
    boolean bare() {
        return this == LLAMA3 || this == BARE;
    }

    /** Spellings that must be seen in the text, even where they are control tokens. */
    List<String> markers() {
        return List.of(open, close, "[ARGS]", "[CALL_ID]", THINK_OPEN, THINK_CLOSE);
    }
}
