package dev.stoa.inference;

import java.util.List;
import java.util.stream.Collectors;

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

    /** All text blocks, one after the other. */
    public String plainText() {
        return content.stream()
                .map(block -> switch (block) {
                    case ContentBlock.Text(String text) -> text;
                })
                .collect(Collectors.joining());
    }
}
