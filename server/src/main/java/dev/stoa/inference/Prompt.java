package dev.stoa.inference;

import java.util.List;
import java.util.stream.Stream;

/** What a model is to go on from. */
public sealed interface Prompt {

    /**
     * A conversation, rendered through the model's chat template.
     *
     * @param messages at least one; a system prompt is a first message of role SYSTEM
     */
    record Conversation(List<Message> messages) implements Prompt {
        public Conversation {
            messages = List.copyOf(messages);
        }
    }

    /** A text that the model continues as it stands, through no template. */
    record Text(String text) implements Prompt {}

    /** Every text in it that is the caller's, to be judged each by itself. */
    default Stream<String> texts() {
        return switch (this) {
            case Conversation(List<Message> messages) -> messages.stream().map(Message::plainText);
            case Text(String text) -> Stream.of(text);
        };
    }
}
