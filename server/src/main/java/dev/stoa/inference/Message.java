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

    /** All text blocks, one after the other; neither calls nor what they gave. */
    public String plainText() {
        return content.stream()
                .map(block -> block instanceof ContentBlock.Text(String text) ? text : "")
                .collect(Collectors.joining());
    }

    /** Its words as one text, and every text of its calls and results, to be judged each by itself. */
    Stream<String> texts() {
        return Stream.concat(
                Stream.of(plainText()),
                content.stream()
                        .filter(block -> !(block instanceof ContentBlock.Text))
                        .flatMap(ContentBlock::texts));
    }
}
