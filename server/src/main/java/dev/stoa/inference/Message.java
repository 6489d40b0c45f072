package dev.stoa.inference;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One turn of the conversation that a request carries. */
public record Message(Role role, List<ContentBlock> content) {

    /** Who speaks. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT
    }

    public Message {
        content = List.copyOf(content);
    }

    /** A message of one text block. */
    public static Message text(Role role, String text) {
        return new Message(role, List.of(new ContentBlock.Text(text)));
    }

    /** All that is read, one after the other, as a model sees it; neither calls nor what they gave. */
    public String plainText() {
        return content.stream().map(ContentBlock::shown).collect(Collectors.joining());
    }

    /** Each text in it once, as a model sees it: neighbouring words as one, and what is apart for a model apart. */
    Stream<String> texts() {
        return Stream.concat(ContentBlock.texts(content, ""), content.stream().flatMap(ContentBlock::callTexts));
    }

    /** The texts of blocks that a model sees joined to others: where each begins and ends can be seen here only. */
    Stream<String> joinedBlocks() {
        List<String> blocks = content.stream()
                .flatMap(block -> block instanceof ContentBlock.Text(String text) ? Stream.of(text) : Stream.of())
                .toList();
        return blocks.size() < 2 ? Stream.of() : blocks.stream();
    }
}
