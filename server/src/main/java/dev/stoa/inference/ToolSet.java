package dev.stoa.inference;

import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tools that an answer may call.
 *
 * @param tools of distinct names
 * @param choice whether one must be called
 * @param parallel whether one answer may hold more than one call
 */
public record ToolSet(List<Tool> tools, ToolChoice choice, boolean parallel) {
    /** No tools. */
    public static final ToolSet NONE = new ToolSet(List.of(), ToolChoice.AUTO, true);

    public ToolSet {
        tools = List.copyOf(tools);
    }

    /** Whether the answer is a call, whatever the model would rather say. */
    public boolean forced() {
        return choice instanceof ToolChoice.Any || choice instanceof ToolChoice.Named;
    }

    /** Whether an answer may hold calls. */
    public boolean callable() {
        return !tools.isEmpty() && !(choice instanceof ToolChoice.None);
    }

    /** What a caller wrote about each, to be judged. */
    Stream<String> texts() {
        return tools.stream()
                .flatMap(tool -> Stream.of(tool.name(), tool.description(), JsonText.unescaped(tool.parameters())));
    }
}
