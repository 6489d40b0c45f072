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

    /** Its words as one text, and every text of its calls and results, to be judged each by itself. */
    Stream<String> texts() {
        return Stream.concat(
                Stream.of(content.stream().map(ContentBlock::given).collect(Collectors.joining())),
                content.stream()
                        .filter(block -> !(block instanceof ContentBlock.Readable))
                        .flatMap(ContentBlock::texts));
    }
}
