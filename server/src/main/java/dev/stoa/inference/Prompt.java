package dev.stoa.inference;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a model is to go on from. */
public sealed interface Prompt {

    /**
     * A conversation, rendered through the model's chat template.
     *
     * @param messages at least one; a system prompt is a first message of role SYSTEM
     * @param tools what the answer may call
     * @param thinking asks a model that can think before it answers to do so or not; empty leaves it to the model
     */
    record Conversation(List<Message> messages, ToolSet tools, Optional<Boolean> thinking) implements Prompt {
        public Conversation {
            messages = List.copyOf(messages);
        }

        /** Without tools, and thinking as the model likes. */
        public Conversation(List<Message> messages) {
            this(messages, ToolSet.NONE, Optional.empty());
        }

        /** Whether it may lead to calls, or has some. */
        public boolean usesTools() {
            return tools.callable()
                    || messages.stream()
                            .flatMap(message -> message.content().stream())
                            .anyMatch(block -> !(block instanceof ContentBlock.Text));
        }
    }

    /** A text that the model continues as it stands, through no template. */
    record Text(String text) implements Prompt {}

    /** Every text in it that is the caller's, to be judged each by itself. */
    default Stream<String> texts() {
        return switch (this) {
            case Conversation(List<Message> messages, ToolSet tools, Optional<Boolean> _) ->
                Stream.concat(tools.texts(), messages.stream().flatMap(Message::texts));
            case Text(String text) -> Stream.of(text);
        };
    }
}
