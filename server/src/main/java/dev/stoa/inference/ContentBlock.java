package dev.stoa.inference;

import dev.stoa.inference.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
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

    /** The sources in it. */
    default Stream<Source> sources() {
        return switch (this) {
            case Document(Source source) -> Stream.of(source);
            case ToolResult(String _, List<Readable> parts, boolean _) ->
                parts.stream().flatMap(ContentBlock::sources);
            case Text _, ToolUse _ -> Stream.of();
        };
    }

    /**
     * What is read of these blocks, as a model sees it: words that follow each other are one text, each text of a source
     * is another. Calls and results stand elsewhere for a model, so words on both sides of one are not parted by it.
     *
     * @param between what the model sees between two of them
     */
    static Stream<String> texts(List<? extends ContentBlock> blocks, String between) {
        List<String> texts = new ArrayList<>();
        StringJoiner words = new StringJoiner(between);
        for (ContentBlock block : blocks) {
            switch (block) {
                case Text(String text) -> words.add(text);
                case Document(Source source) -> {
                    texts.add(words.toString());
                    words = new StringJoiner(between);
                    texts.addAll(source.texts());
                }
                case ToolUse _, ToolResult _ -> {}
            }
        }
        texts.add(words.toString());
        return texts.stream().filter(text -> !text.isEmpty());
    }

    /** Every text of a call or its result; of anything else none. */
    default Stream<String> callTexts() {
        return switch (this) {
            case Text _, Document _ -> Stream.of();
            case ToolUse(String _, String name, String arguments) -> Stream.of(name, JsonText.unescaped(arguments));
            case ToolResult(String _, List<Readable> parts, boolean _) -> texts(parts, "\n");
        };
    }
}
