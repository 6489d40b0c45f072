package dev.stoa.inference;

import dev.stoa.inference.source.Source;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A part of a message. The Anthropic content-block model is the superset that every surface maps to. */
public sealed interface ContentBlock {

    /** What is read: the caller's words, and the sources that come with them. */
    sealed interface Readable extends ContentBlock {}

    /** Plain text. */
    record Text(String text) implements Readable {}

    /** A document or search result to read, and to cite if it has passages. */
    record Document(Source source) implements Readable {}

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
     * @param parts may be empty
     */
    record ToolResult(String toolUseId, List<Readable> parts, boolean isError) implements ContentBlock {
        public ToolResult {
            parts = List.copyOf(parts);
        }

        /** A result of one text, which may be empty. */
        public ToolResult(String toolUseId, String text, boolean isError) {
            this(toolUseId, text.isEmpty() ? List.of() : List.of(new Text(text)), isError);
        }

        /** All of it as one text, as a model sees it. */
        public String text() {
            return parts.stream().map(ContentBlock::shown).collect(Collectors.joining("\n"));
        }
    }

    /** What a model sees of it as words of its turn; neither calls nor what they gave. */
    default String shown() {
        return switch (this) {
            case Text(String text) -> text;
            case Document(Source source) -> source.rendered();
            case ToolUse _, ToolResult _ -> "";
        };
    }

    /** The same as the caller gave it, to be judged: what is put between the words for the model is not there. */
    default String given() {
        return switch (this) {
            case Text(String text) -> text;
            case Document(Source source) -> source.given();
            case ToolUse _, ToolResult _ -> "";
        };
    }

    /** The sources in it. */
    default Stream<Source> sources() {
        return switch (this) {
            case Document(Source source) -> Stream.of(source);
            case ToolResult(String _, List<Readable> parts, boolean _) ->
                parts.stream().flatMap(ContentBlock::sources);
            case Text _, ToolUse _ -> Stream.of();
        };
    }

    /** Every text in it, to be judged each by itself. */
    default Stream<String> texts() {
        return switch (this) {
            case Text _, Document _ -> Stream.of(given());
            case ToolUse(String _, String name, String arguments) -> Stream.of(name, JsonText.unescaped(arguments));
            case ToolResult(String _, List<Readable> parts, boolean _) ->
                Stream.of(parts.stream().map(ContentBlock::given).collect(Collectors.joining("\n")));
        };
    }
}
