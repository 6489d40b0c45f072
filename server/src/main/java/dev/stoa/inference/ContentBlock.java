package dev.stoa.inference;

import java.util.stream.Stream;

/** A part of a message. The Anthropic content-block model is the superset that every surface maps to. */
public sealed interface ContentBlock {

    /** Plain text. */
    record Text(String text) implements ContentBlock {}

    /**
     * A call that the model made, in an assistant's turn.
     *
     * @param id what its result refers to
     * @param arguments a JSON object as text
     */
    record ToolUse(String id, String name, String arguments) implements ContentBlock {}

    /**
     * What a call gave, in a user's turn.
     *
     * @param toolUseId the id of a {@link ToolUse} in the assistant's turn before
     * @param text may be empty
     */
    record ToolResult(String toolUseId, String text, boolean isError) implements ContentBlock {}

    /** Every text in it, to be judged each by itself. */
    default Stream<String> texts() {
        return switch (this) {
            case Text(String text) -> Stream.of(text);
            case ToolUse(String _, String name, String arguments) -> Stream.of(name, JsonText.unescaped(arguments));
            case ToolResult(String _, String text, boolean _) -> Stream.of(text);
        };
    }
}
